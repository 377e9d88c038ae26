package dev.duplex.cli.serve;

import dev.duplex.cli.RawClient;
import dev.duplex.core.Limits;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.pipe.Pipes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;

/** A server for one program, as {@code duplex serve} makes it, and what it has logged. */
final class Served implements AutoCloseable {
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    private final StringBuffer logged = new StringBuffer();
    private final ServeLog log = new ServeLog(new PrintWriter(new Collecting()), Clock.systemUTC());
    private final Launcher launcher;
    private final Endpoints endpoints;
    private final Entrance entrance;
    private final Stats stats;
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

    private Served(Setup setup, Launcher launcher, Stats stats) throws ProgramException {
        this.launcher = launcher;
        this.stats = stats;
        this.entrance = new Entrance(setup.rules, log);
        this.endpoints = new Endpoints(
                launcher,
                new Environment(
                        "duplex/test",
                        Map.of("PATH", "/usr/bin:/bin"),
                        setup.environment,
                        true,
                        setup.rules.credentials()),
                new ProgramSettings(Optional.empty(), setup.errors, false, false),
                new ProgramEndpoint.ProcessLimit(setup.maxProcesses, 503),
                setup.bridge,
                log);
        Endpoint endpoint = setup.endpoint.apply(endpoints);
        endpoints.start();
        Limits limits = Limits.DEFAULTS
                // A machine that does much else starts no program within five seconds.
                .withHandshakeTimeout(Duration.ofSeconds(60))
                .withMaxMessageBytes(16 << 20)
                .withKeepalive(Duration.ZERO, Duration.ofSeconds(20))
                .withMaxBufferedBytes(setup.roomBytes);
        server = setup.server
                .apply(WebSocketServer.builder()
                        .port(0)
                        .metrics(stats)
                        .limits(limits)
                        .slowConsumers(setup.slow)
                        .webSocket("/*", entrance.to(endpoint)))
                .start();
    }

    /** What differs from a program for each client that is told by lines. */
    static final class Setup {
        private Function<Endpoints, Endpoint> endpoint = all -> all.each(List.of("cat"), "");
        private BridgeOptions bridge = BridgeOptions.DEFAULT;
        private Entrance.Rules rules = Entrance.Rules.NONE;
        private Map<String, String> environment = Map.of();
        private Program.Errors errors = Program.Errors.log;
        private int maxProcesses = 1000;
        private int roomBytes = 4 << 20;
        private String ladder = "eof:200ms,INT:200ms,TERM:200ms,KILL";
        private SlowConsumerPolicy slow = SlowConsumerPolicy.CLOSE;
        private UnaryOperator<WebSocketServer.Builder> server = builder -> builder;
        private GroupStarter starter = GroupStarter.find();
        private Function<String, Pipes> pipes = Pipes::open;

        Setup program(String... command) {
            return endpoint(all -> all.each(List.of(command), ""));
        }

        Setup shell(String script) {
            return program("sh", "-c", script);
        }

        Setup shared(SharedOptions options, String script) {
            return endpoint(all -> all.shared(List.of("sh", "-c", script), options));
        }

        Setup endpoint(Function<Endpoints, Endpoint> maker) {
            endpoint = maker;
            return this;
        }

        Setup frames(FrameOptions frames) {
            bridge = bridge.withFrames(frames);
            return this;
        }

        Setup bridge(BridgeOptions options) {
            bridge = options;
            return this;
        }

        Setup rules(Entrance.Rules some) {
            rules = some;
            return this;
        }

        Setup environment(Map<String, String> given) {
            environment = given;
            return this;
        }

        Setup errors(Program.Errors what) {
            errors = what;
            return this;
        }

        Setup ladder(String steps) {
            ladder = steps;
            return this;
        }

        Setup maxProcesses(int most) {
            maxProcesses = most;
            return this;
        }

        Setup slow(SlowConsumerPolicy policy, int room) {
            slow = policy;
            roomBytes = room;
            return this;
        }

        Setup server(UnaryOperator<WebSocketServer.Builder> change) {
            server = change;
            return this;
        }

        /** Another way to make groups. */
        Setup starter(GroupStarter other) {
            starter = other;
            return this;
        }

        /** Another way to read and write pipes. */
        Setup pipes(Function<String, Pipes> other) {
            pipes = other;
            return this;
        }

        Served start() {
            Stats stats = new Stats();
            try {
                Launcher launcher = new Launcher(
                        starter,
                        Identity.OURS,
                        pipes.apply("duplex-pipes"),
                        Warden.start(starter),
                        StopLadder.parse(ladder),
                        stats);
                return new Served(this, launcher, stats);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (ProgramException e) {
                throw new AssertionError(e);
            }
        }
    }

    static Setup setup() {
        return new Setup();
    }

    static Served program(String... command) {
        return setup().program(command).start();
    }

    static Served shell(String script) {
        return setup().shell(script).start();
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

    /** What was counted. */
    String counted() {
        return stats.text();
    }

    Launcher launcher() {
        return launcher;
    }

    String log() {
        return logged.toString();
    }

    /** The code and the reason of the close frame that comes next. */
    static String close(RawClient client) {
        RawClient.Frame frame = client.frame();
        Assertions.assertThat(frame.firstByte())
                .as("the close frame, not: " + frame.text())
                .isEqualTo(0x88);
        byte[] payload = frame.payload();
        int code = (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
        return (code + " " + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8)).strip();
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
        Thread programs = new Thread(launcher::close);
        programs.start();
        server.close();
        try {
            programs.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        endpoints.close();
        entrance.close();
        log.close();
    }
}
