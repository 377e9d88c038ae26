package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionCommandTest {

    @TempDir
    private Path folder;

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        assertThat(commandLine.execute("completion", shell)).isZero();
        return out.toString();
    }

    /** What bash would offer behind these words. */
    private String offered(String... words) throws IOException {
        Path script = Files.writeString(folder.resolve("duplex.bash"), script("bash"));
        String typed = "'" + String.join("' '", words) + "'";
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "compopt() { :; }; source '" + script + "'; COMP_WORDS=(" + typed + "); COMP_CWORD="
                                + (words.length - 1)
                                + "; complete -p duplex >/dev/null && _complete_duplex"
                                + "; printf '%s\\n' \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        bash.getOutputStream().close();
        return new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void bashCompletesVerbsAndTheirOptions() throws IOException {
        assertThat(offered("duplex", "ec").lines()).containsExactly("echo");
        assertThat(offered("duplex", "echo", "--max-m").lines()).containsExactly("--max-message");
        assertThat(offered("duplex", "reh").strip()).isEmpty();
    }

    @Test
    void fishIsToldVerbsOptionsAndValues() {
        assertThat(script("fish").lines())
                .anyMatch(line -> line.startsWith("complete -c duplex -f -n __fish_use_subcommand -a echo -d '"))
                .anyMatch(line ->
                        line.contains("__fish_seen_subcommand_from echo' -s p -l port -r -d 'Port to listen on"))
                .anyMatch(line ->
                        line.contains("__fish_seen_subcommand_from echo' -l deflate -r -f -a 'on off dedicated min:'"))
                .anyMatch(line -> line.contains("-l transport -r -f -a 'auto io-uring epoll kqueue nio'"))
                .noneMatch(line -> line.contains("rehearse"))
                .allMatch(line -> line.startsWith("complete -c duplex "));
    }
}
