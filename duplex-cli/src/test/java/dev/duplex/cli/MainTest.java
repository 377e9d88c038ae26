package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
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
