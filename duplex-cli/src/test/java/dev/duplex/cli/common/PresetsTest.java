package dev.duplex.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class PresetsTest {

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter err = new StringWriter();

    @Command(name = "duplex")
    static final class Top implements Runnable {
        @Override
        public void run() {}
    }

    @Command(name = "verb")
    static final class Verb implements Runnable {
        static @Nullable Verb last;

        @Option(names = {"-p", "--port"})
        private @Nullable Integer port;

        @Option(names = {"-q", "--quiet"})
        private boolean quiet;

        @Option(names = "--max-message")
        private @Nullable String maxMessage;

        @Option(names = "--origin")
        private List<String> origins = new ArrayList<>();

        @Option(names = "--user")
        private @Nullable String user;

        @Option(names = "--help", usageHelp = true)
        private boolean help;

        @Parameters
        private List<String> rest = new ArrayList<>();

        @Override
        public void run() {
            last = this;
        }

        @Override
        public String toString() {
            return port + " " + quiet + " " + maxMessage + " " + origins + " " + rest;
        }
    }

    @BeforeEach
    void forget() {
        Verb.last = null;
    }

    private int run(String... args) {
        CommandLine duplex = new CommandLine(new Top());
        duplex.addSubcommand(Verb.class);
        Presets presets = new Presets(environment, CommandLine.defaultFactory());
        presets.addTo(duplex.getSubcommands().get("verb"));
        duplex.setExpandAtFiles(false);
        duplex.setErr(new PrintWriter(err, true));
        duplex.setParameterExceptionHandler((e, typed) -> {
            err.write(
                    e.getMessage() + " from " + presets.sourceOf(e.getArgSpec()).orElse("what was typed"));
            return 2;
        });
        try {
            return duplex.execute(args);
        } catch (CommandFailure e) {
            err.write(String.valueOf(e.getMessage()));
            return e.exitCode().code();
        }
    }

    private String file(String... lines) throws IOException {
        return Files.write(folder.resolve("duplex.conf"), List.of(lines)).toString();
    }

    @Test
    void aVariableIsAnOption() {
        environment.put("DUPLEX_PORT", "81");
        environment.put("DUPLEX_MAX_MESSAGE", "64k");
        environment.put("DUPLEX_QUIET", "1");
        assertThat(run("verb", "word")).isZero();
        assertThat(Verb.last).hasToString("81 true 64k [] [word]");
    }

    @Test
    void whatIsTypedComesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        environment.put("DUPLEX_MAX_MESSAGE", "2k");
        String file = file("port 81", "max-message 1k", "quiet");
        assertThat(run("verb", "--config", file, "-p83")).isZero();
        assertThat(Verb.last).hasToString("83 true 2k [] []");
    }

    @Test
    void anOptionThatMayBeRepeatedIsTakenFromAllOfThem() throws IOException {
        environment.put("DUPLEX_ORIGIN", "http://b");
        environment.put("DUPLEX_CONFIG", file("# our pages", "", "origin http://a", "--origin = http://c"));
        assertThat(run("verb", "--origin", "http://d")).isZero();
        assertThat(Verb.last.origins).containsExactlyInAnyOrder("http://a", "http://b", "http://c", "http://d");
    }

    @Test
    void anOptionThatIsTheValueOfAnotherIsNotTyped() {
        environment.put("DUPLEX_QUIET", "true");
        assertThat(run("verb", "--max-message", "5", "--", "--quiet")).isZero();
        assertThat(Verb.last).hasToString("null true 5 [] [--quiet]");
    }

    @Test
    void falseLeavesAnOptionOut() {
        environment.put("DUPLEX_QUIET", "false");
        assertThat(run("verb")).isZero();
        assertThat(Verb.last).hasToString("null false null [] []");
    }

    @Test
    void whereAWrongValueComesFromIsSaid() throws IOException {
        environment.put("DUPLEX_PORT", "x");
        assertThat(run("verb")).isEqualTo(2);
        assertThat(err.toString()).contains("'--port'").endsWith("from DUPLEX_PORT");
        environment.clear();
        String file = file("", "port x");
        assertThat(run("verb", "--config=" + file)).isEqualTo(2);
        assertThat(err.toString()).endsWith("from " + file + ", line 2");
    }

    @Test
    void aWrongValueThatIsTypedIsNotBlamedOnAPreset() {
        environment.put("DUPLEX_PORT", "81");
        assertThat(run("verb", "--port", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("'x'").endsWith("from what was typed");
    }

    @Test
    void aLineThatIsNoOptionIsNamed() throws IOException {
        String file = file("port 81", "prot 82");
        assertThat(run("verb", "--config", file)).isEqualTo(2);
        assertThat(err.toString()).contains(file + ", line 2", "'prot 82'", "duplex verb");
        assertThat(run("verb", "--config", file("config other"))).isEqualTo(2);
        assertThat(err.toString()).contains("'config other'");
    }

    @Test
    void aSwitchIsTrueOrFalse() {
        environment.put("DUPLEX_QUIET", "perhaps");
        assertThat(run("verb")).isEqualTo(2);
        assertThat(err.toString()).contains("DUPLEX_QUIET: expected true or false for --quiet but got 'perhaps'");
    }

    @Test
    void aFileThatIsNotThereIsSaid() {
        assertThat(run("verb", "--config", "nowhere.conf")).isEqualTo(2);
        assertThat(err.toString()).contains("--config nowhere.conf", "cannot be read");
    }

    @Test
    void credentialsOfTheEnvironmentAreReadElsewhere() {
        environment.put("DUPLEX_USER", "a:b");
        assertThat(run("verb")).isZero();
        assertThat(Verb.last.user).isNull();
    }

    @Test
    void helpNeedsNoFile() {
        environment.put("DUPLEX_CONFIG", "nowhere.conf");
        assertThat(run("verb", "--help")).isZero();
        assertThat(Verb.last).isNull();
    }
}
