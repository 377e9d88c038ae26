package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void tellsItsVersionAndTheJavaItRunsOn() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().lines())
                .satisfiesExactly(
                        first -> assertThat(first).matches("duplex \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"),
                        second -> assertThat(second).startsWith("Java " + System.getProperty("java.version")));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void answersAnUnknownOptionWithExitCodeTwoAndTheNearestOption() {
        assertThat(run("--verison")).isEqualTo(2);
        assertThat(err.toString()).contains("--verison").contains("--version").contains("duplex --help");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--cuont, --count", "--subprotocl=x, --subprotocol", "--bianry, --binary", "--hedaer, --header"})
    void asksWhetherTheNearestOptionOfAVerbWasMeant(String typed, String meant) {
        assertThat(run("connect", ":1/", typed)).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("duplex: Unknown option: '" + typed)
                .contains("Did you mean " + meant + "?");
    }

    @Test
    void aNumberThatIsNoneIsSaidInWords() {
        assertThat(run("connect", ":1/", "--count", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("'--count'", "expected a whole number but got 'x'");
    }

    @Test
    void answersAnUnknownVerbWithExitCodeTwoAndTheNearestVerb() {
        assertThat(run("hepl")).isEqualTo(2);
        assertThat(err.toString()).contains("hepl").contains("help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void showsTheHelpWhenNothingIsAsked() {
        assertThat(run()).isZero();
        assertThat(out.toString()).startsWith("Usage: duplex").contains("--version");
    }

    @Test
    void showsTheSameHelpByVerbAndByOption() {
        assertThat(run("help")).isZero();
        String byVerb = out.toString();
        out.getBuffer().setLength(0);
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).isEqualTo(byVerb);
    }
}
