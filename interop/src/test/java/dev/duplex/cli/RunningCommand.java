package dev.duplex.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * A {@code duplex} command with a server, run in this JVM as if it had been typed. Its address is the first line that it
 * prints. Closing it is what Ctrl-C is.
 */
public final class RunningCommand implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final CompletableFuture<URI> address = new CompletableFuture<>();
    private final StringWriter messages = new StringWriter();
    private final Thread thread;

    private RunningCommand(List<String> arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(new FirstLine(), true));
        command.setErr(new PrintWriter(messages, true));
        thread = new Thread(
                () -> {
                    int exitCode = command.execute(arguments.toArray(String[]::new));
                    address.completeExceptionally(new IllegalStateException(
                            "duplex " + String.join(" ", arguments) + " ended with " + exitCode + ": " + messages));
                },
                "duplex " + arguments.get(0));
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts a command and waits for its address. Without {@code --port} the port is any that is free. */
    public static RunningCommand start(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!all.contains("--port") && !all.contains("--unix")) {
            all.addAll(List.of("--port", "0"));
        }
        RunningCommand running = new RunningCommand(all);
        try {
            running.address.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return running;
        } catch (Exception e) {
            running.close();
            throw new AssertionError("duplex " + String.join(" ", all) + " did not start: " + running.messages, e);
        }
    }

    /** The address of a page. */
    public URI page(String path) {
        return URI.create(address.join().resolve(path).toString().replaceFirst("^ws", "http"));
    }

    /** The address of a WebSocket. */
    public URI socket(String path) {
        return URI.create(page(path).toString().replaceFirst("^http", "ws"));
    }

    public int port() {
        return address.join().getPort();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the command does not end");
        }
    }

    private final class FirstLine extends Writer {
        private final StringBuilder line = new StringBuilder();

        @Override
        public void write(char[] buffer, int offset, int length) {
            line.append(buffer, offset, length);
            int end = line.indexOf("\n");
            if (end >= 0) {
                address.complete(URI.create(line.substring(0, end)
                        .strip()
                        .replaceFirst("^listening ", "")
                        .replaceFirst("^unix:/", "unix:///")));
            }
        }

        @Override
        public void flush() throws IOException {}

        @Override
        public void close() {}
    }
}
