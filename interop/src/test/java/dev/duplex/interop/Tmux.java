package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A terminal of tmux, in which a program runs as it does for a person: keys go in, the screen can be looked at. */
final class Tmux implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final long BETWEEN_LOOKS_MS = 50;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String tmux = Peers.tmux().toString();
    private final String socket;

    /** Starts a program of which the environment is this one's. */
    Tmux(Path folder, int columns, int rows, String... command) {
        // A server of tmux of our own: one that is about to end takes no more sessions.
        this.socket = folder.resolve("tmux" + NUMBER.incrementAndGet()).toString();
        List<String> start =
                new ArrayList<>(List.of("-f", "/dev/null", "new-session", "-d", "-x", "" + columns, "-y", "" + rows));
        start.addAll(List.of("-e", "LC_ALL=C.UTF-8", "-e", "XDG_STATE_HOME=" + folder.toAbsolutePath()));
        start.add(quoted(command) + "; echo \"exit code $?\"; cat >" + folder.resolve("rest"));
        run(start.toArray(String[]::new));
    }

    private static String quoted(String... command) {
        StringBuilder line = new StringBuilder();
        for (String word : command) {
            line.append(line.isEmpty() ? "" : " ")
                    .append('\'')
                    .append(word.replace("'", "'\\''"))
                    .append('\'');
        }
        return line.toString();
    }

    private String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(tmux, "-S", socket, "-u"));
        command.addAll(List.of(arguments));
        Peers.Ended ended = Peers.run(Path.of("."), command.toArray(String[]::new));
        assertThat(ended.exitCode()).as(command + ": " + ended.output()).isZero();
        return ended.output();
    }

    /** Types this text. */
    Tmux type(String text) {
        run("send-keys", "-l", text);
        return this;
    }

    /** Presses keys by their names, such as {@code Enter} or {@code C-c}. */
    Tmux press(String... keys) {
        List<String> arguments = new ArrayList<>(List.of("send-keys"));
        arguments.addAll(List.of(keys));
        run(arguments.toArray(String[]::new));
        return this;
    }

    /** Pastes, as a terminal does that brackets what is pasted if the program has asked for it. */
    Tmux paste(String text) {
        run("set-buffer", text);
        run("paste-buffer", "-p");
        return this;
    }

    Tmux resize(int columns, int rows) {
        run("resize-window", "-x", "" + columns, "-y", "" + rows);
        return this;
    }

    /** The lines of the screen, without the spaces at their ends. */
    List<String> screen() {
        return run("capture-pane", "-p").lines().map(String::stripTrailing).toList();
    }

    /** Where the cursor is, and what the title of the terminal is. */
    String asked(String format) {
        return run("display-message", "-p", format).strip();
    }

    /** Waits until the screen is so. */
    Tmux await(String what, Predicate<List<String>> state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<String> screen = screen();
        while (!state.test(screen)) {
            assertThat(System.nanoTime())
                    .as(what + " is not on the screen:\n" + String.join("\n", screen))
                    .isLessThan(deadline);
            try {
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            screen = screen();
        }
        return this;
    }

    /** Waits until a line of the screen has this in it. */
    Tmux await(String text) {
        return await(text, screen -> screen.stream().anyMatch(line -> line.contains(text)));
    }

    @Override
    public void close() {
        run("kill-server");
    }
}
