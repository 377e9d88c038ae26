package dev.duplex.cli.serve;

import dev.duplex.cli.RawClient;
import dev.duplex.core.Limits;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.pipe.Pipes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;

/** A server for one program, as {@code duplex serve} makes it, and what it has logged. */
final class Served implements AutoCloseable {
    private static final long DEADLINE_NANOS = 20_000_000_000L;

    private final StringBuffer logged = new StringBuffer();
    private final ServeLog log = new ServeLog(new PrintWriter(new Collecting()), Clock.systemUTC());
    private final Launcher launcher;
    private final WebSocketServer server;

    private final class Collecting extends Writer {
        @Override
        public void write(char[] chars, int from, int length) {
            logged.append(chars, from, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private Served(
            Launcher launcher, BridgeOptions options, UnaryOperator<WebSocketServer.Builder> more, String... command) {
        this.launcher = launcher;
        Program program =
                new Program(List.of(command), Map.of("PATH", "/usr/bin:/bin"), Optional.empty(), Program.Errors.log);
        server = more.apply(WebSocketServer.builder()
                        .port(0)
                        // A machine that does much else starts no program within five seconds.
                        .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(60)))
                        .webSocket("/*", new ProgramEndpoint(launcher, request -> program, options, log).route()))
                .start();
    }

    static Served program(String... command) {
        return with(BridgeOptions.DEFAULT, command);
    }

    static Served shell(String script) {
        return program("sh", "-c", script);
    }

    static Served with(BridgeOptions options, String... command) {
        return with(options, builder -> builder, command);
    }

    static Served with(BridgeOptions options, UnaryOperator<WebSocketServer.Builder> more, String... command) {
        try {
            return new Served(
                    Launcher.open(StopLadder.parse("eof:200ms,INT:200ms,TERM:200ms,KILL")), options, more, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a way of its own to make groups and to read pipes. */
    static Served with(GroupStarter starter, Pipes pipes, String... command) throws IOException {
        return new Served(
                new Launcher(
                        starter, pipes, Warden.start(starter), StopLadder.parse("eof:200ms,INT:200ms,TERM:200ms,KILL")),
                BridgeOptions.DEFAULT,
                builder -> builder,
                command);
    }

    RawClient connect(String... fields) {
        return RawClient.open(uri(), fields);
    }

    URI uri() {
        return server.uri("/");
    }

    WebSocketServer server() {
        return server;
    }

    Launcher launcher() {
        return launcher;
    }

    String log() {
        return logged.toString();
    }

    /** Waits until it is so; the deadline only ends a hang. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                Assertions.fail("still not: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    void awaitLog(String text) {
        await("\"" + text + "\" in the log " + logged, () -> log().contains(text));
    }

    /** Waits until there is no such process any more, or only what its parent has not taken note of. */
    static void awaitGone(long pid) {
        await("process " + pid + " gone", () -> !runs(pid));
    }

    static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        server.close();
        launcher.close();
        log.close();
    }
}
