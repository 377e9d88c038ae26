package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a shared program is started again. */
@Timeout(60)
class SharedRestartTest {
    @Test
    void waitsLongerAndLongerForWhatCannotBeStartedThoughItHasRunForLong(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(
                directory.resolve("program"), "#!/bin/sh\nwhile [ ! -e end ]; do sleep 0.01; done\nexit 3\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        StringWriter said = new StringWriter(); // its buffer may be read while others write
        AtomicLong clock = new AtomicLong();
        try (ServeLog log = new ServeLog(new PrintWriter(said), Clock.systemUTC());
                Launcher launcher = Launcher.open(StopLadder.DEFAULT)) {
            SharedProgram program = new SharedProgram(
                    launcher,
                    new Program(
                            List.of(script.toString()),
                            Map.of("PATH", "/usr/bin:/bin"),
                            Optional.of(directory),
                            Program.Errors.log),
                    BridgeOptions.DEFAULT,
                    new SharedOptions(false, SharedOptions.Restart.onFailure, 0),
                    log,
                    clock::get);
            program.startNow();
            clock.set(Duration.ofMinutes(1).toNanos());
            Files.delete(script);
            Files.createFile(directory.resolve("end"));
            Served.await("a third attempt", () -> said.toString().contains("starts again in 400 ms"));
            assertThat(said.toString().lines().filter(line -> line.contains("starts again in 100 ms")))
                    .as("the first attempt after it has run for long")
                    .hasSize(1);
        }
    }
}
