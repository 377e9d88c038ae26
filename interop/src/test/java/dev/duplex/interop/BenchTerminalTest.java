package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code duplex bench} in a real terminal, that of tmux. */
class BenchTerminalTest {
    @TempDir
    private Path folder;

    private Tmux bench(RunningCommand echo, String... options) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String[] command = {
            java,
            "-XX:TieredStopAtLevel=1",
            "-Dduplex.stdout=terminal",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.duplex.cli.Main",
            "bench",
            echo.socket("/echo").toString()
        };
        String[] all = new String[command.length + options.length];
        System.arraycopy(command, 0, all, 0, command.length);
        System.arraycopy(options, 0, all, command.length, options.length);
        return new Tmux(folder, 80, 30, all);
    }

    private static long lines(List<String> screen, String beginning) {
        return screen.stream().filter(line -> line.startsWith(beginning)).count();
    }

    @Test
    void oneLineIsDrawnOverItselfAndCtrlCEndsWithTheReport() {
        try (RunningCommand echo = RunningCommand.start("echo");
                Tmux terminal = bench(echo, "-c20", "--rate=20", "--warmup=0", "--duration=1h")) {
            terminal.await(
                    "the second second",
                    screen ->
                            screen.stream().anyMatch(line -> line.matches("measure +([2-9]|[0-9]{2,})s .*p50 .* ms")));
            assertThat(lines(terminal.screen(), "measure")).isEqualTo(1);
            assertThat(lines(terminal.screen(), "connect")).isZero();
            terminal.press("C-c").await("exit code 130");
            List<String> screen = terminal.screen();
            assertThat(screen).anyMatch(line -> line.endsWith("/echo: echo, interrupted ---"));
            assertThat(screen).anyMatch(line -> line.matches("connections  20 of 20 opened .*"));
            assertThat(screen).anyMatch(line -> line.matches(" +20  1000 by us"));
        }
    }
}
