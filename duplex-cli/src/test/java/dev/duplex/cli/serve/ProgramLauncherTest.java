package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.transport.pipe.Pipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgramLauncherTest {
    private static final Program PROGRAM =
            new Program(List.of("/bin/cat"), Map.of(), Optional.empty(), Program.Errors.log);

    /** Pipes of this process. */
    private static long pipes() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(ProgramLauncherTest::isPipe).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPipe(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    @Test
    void leavesNothingOpenOfWhatCouldNotBeExecuted() throws Exception {
        // Becomes nothing: as exec fails for a file on a noexec mount.
        GroupStarter starter = new GroupStarter(List.of("/bin/sh", "-c", "exit 126"));
        try (Launcher launcher = new Launcher(
                starter,
                Identity.OURS,
                Pipes.open("test"),
                Warden.start(GroupStarter.find()),
                StopLadder.DEFAULT,
                new Stats())) {
            long before = pipes();
            for (int i = 0; i < 20; i++) {
                assertThat(launcher.reserve(1)).as("the place is free again").isTrue();
                assertThatThrownBy(() -> Launcher.await(launcher.launchReserved(PROGRAM)))
                        .isInstanceOf(ProgramException.class)
                        .hasMessageContaining("could not be executed (exit 126)");
                Served.await("nothing runs", () -> launcher.running() == 0);
            }
            Served.await("no pipe is left", () -> pipes() <= before);
        }
    }
}
