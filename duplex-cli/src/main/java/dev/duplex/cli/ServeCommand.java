package dev.duplex.cli;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.Version;
import dev.duplex.cli.serve.Authentication;
import dev.duplex.cli.serve.Authenticator;
import dev.duplex.cli.serve.BridgeOptions;
import dev.duplex.cli.serve.Endpoint;
import dev.duplex.cli.serve.Endpoints;
import dev.duplex.cli.serve.Entrance;
import dev.duplex.cli.serve.Environment;
import dev.duplex.cli.serve.Launcher;
import dev.duplex.cli.serve.Program;
import dev.duplex.cli.serve.ProgramEndpoint;
import dev.duplex.cli.serve.ProgramException;
import dev.duplex.cli.serve.ProgramSettings;
import dev.duplex.cli.serve.RouteSpec;
import dev.duplex.cli.serve.ServeLog;
import dev.duplex.cli.serve.SharedOptions;
import dev.duplex.cli.serve.SocketTarget;
import dev.duplex.cli.serve.Stats;
import dev.duplex.core.Limits;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.Route;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex serve}: any program as a WebSocket service. */
@Command(
        name = "serve",
        description = "Any program as a WebSocket service: what a client sends is its input, what it prints is sent.",
        customSynopsis = {
            "Usage: duplex serve [OPTIONS] -- CMD ARG...",
            "       duplex serve [OPTIONS] --route /path=CMD [--route /other=CMD]...",
            "       duplex serve [OPTIONS] --dir DIR",
            "       duplex serve [OPTIONS] --mode tcp:HOST:PORT"
        },
        sortOptions = false,
        footer = {
            "",
            "A client's message is a line for the program, and a line of the program is a",
            "message for the client. The program is started before the connection opens;",
            "if that fails the client gets HTTP 500. Its end closes the connection: exit 0",
            "with 1000, exit 3 with 1011 'exit 3', a signal with 1011 'signal SEGV'. When",
            "the client leaves, the program and all that it has started are ended.",
            "",
            "It finds the request in its environment, as CGI has it: REMOTE_ADDR,",
            "PATH_INFO, QUERY_STRING, HTTP_COOKIE and so on; DUPLEX_CONN names the",
            "connection, REMOTE_USER who has logged in.",
            "",
            "With --frame ndjson it reads and writes lines of JSON:",
            "  {\"type\":\"open\",\"conn\":\"C\",\"path\":\"/\",\"remote\":\"…\"}       to the program",
            "  {\"type\":\"text\",\"conn\":\"C\",\"data\":\"hello\"}             both ways",
            "  {\"type\":\"binary\",\"conn\":\"C\",\"base64\":\"AP8=\"}         both ways",
            "  {\"type\":\"ping\",\"conn\":\"C\",\"base64\":\"AP8=\"}           both ways",
            "  {\"type\":\"close\",\"conn\":\"C\",\"code\":4000,\"reason\":\"…\"} both ways",
            "What the program writes needs no conn where it has one client, or is for all.",
        })
final class ServeCommand implements Callable<Integer> {
    private static final int PORT = 8080;

    /** A program is started within it, which may take its time on a machine that does much else. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--route",
            paramLabel = "/path=CMD",
            description =
                    "A program for this path and all below it; may be repeated. Quotes keep words together; --shell"
                            + " lets a shell read it. tcp:HOST:PORT and unix:PATH name a server instead.")
    private List<String> routes = new ArrayList<>();

    @Mixin
    private ServerOptions server;

    @Mixin
    private ServeAccessOptions access;

    @Mixin
    private ServeProcessOptions processes;

    @Mixin
    private ServeFrameOptions frames;

    @Mixin
    private ServePageOptions pages;

    @Parameters(paramLabel = "CMD ARG", description = "The program and its arguments, after all options.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        SharedOptions shared = processes.shared(frames.frames());
        Stats stats = new Stats();
        ServeLog log = new ServeLog(spec.commandLine().getErr(), Clock.systemUTC());
        try (Launcher launcher = open(stats);
                Endpoints endpoints = endpoints(launcher, stats, log)) {
            Authenticator authenticator =
                    access.auth().map(text -> authenticator(text, endpoints)).orElse(Authenticator.NONE);
            try (Entrance entrance = new Entrance(rules(authenticator), log)) {
                WebSocketServer.Builder builder = WebSocketServer.builder().metrics(stats);
                List<String> paths = addRoutes(builder, endpoints, entrance, shared);
                addPages(builder, endpoints, stats, paths);
                start(endpoints);
                return new ServeRun(spec, server, access, PORT).run(builder, limits(), launcher, paths);
            }
        } finally {
            log.close();
        }
    }

    private Launcher open(Stats stats) {
        try {
            return Launcher.open(processes.ladder(), processes.identity(), stats);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.INTERNAL, "/bin/sh cannot be started: " + e.getMessage());
        }
    }

    private Endpoints endpoints(Launcher launcher, Stats stats, ServeLog log) throws IOException {
        ProgramSettings programs = processes.programs();
        Environment environment =
                processes.environment("duplex/" + Version.current(), System.getenv(), access.credentials());
        BridgeOptions bridge = frames.bridge(
                processes.isShared(), programs.errors() == Program.Errors.tag, access.accessLog(), stats::sendDropped);
        ProgramEndpoint.ProcessLimit limit = new ProgramEndpoint.ProcessLimit(processes.maxProcesses(), 503);
        return new Endpoints(launcher, environment, programs, limit, bridge, log);
    }

    private Authenticator authenticator(String text, Endpoints endpoints) {
        try {
            return Authentication.parse(
                    text, access.credentials(), server.trustedProxies().isPresent(), endpoints::authenticator);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--auth: " + e.getMessage());
        }
    }

    private Entrance.Rules rules(Authenticator authenticator) {
        return new Entrance.Rules(
                authenticator,
                access.credentials(),
                access.subprotocols(),
                server.compression(),
                access.maxPerAddress(),
                processes.total(),
                access.rate(),
                access.accessLog(),
                access.webSocketHeaders(),
                access.httpHeaders());
    }

    private Limits limits() {
        Limits limits = server.limits();
        return limits.withKeepalive(limits.keepaliveInterval(), access.pingTimeout())
                .withHandshakeTimeout(HANDSHAKE)
                // Who wants no pings wants no other judgement of who is gone either.
                .withSendTimeout(limits.keepaliveInterval().isZero() ? Duration.ZERO : limits.sendTimeout());
    }

    /** Adds them, and answers with their paths. */
    private List<String> addRoutes(
            WebSocketServer.Builder builder, Endpoints endpoints, Entrance entrance, SharedOptions shared) {
        List<String> paths = new ArrayList<>();
        int warm = processes.warm();
        if (!command.isEmpty()) {
            add(
                    builder,
                    entrance,
                    "/",
                    endpoint(endpoints, shared, warm, processes.programs().command(command), ""));
            paths.add("/");
        } else if (SocketTarget.parse(processes.mode()).isPresent()) {
            add(
                    builder,
                    entrance,
                    "/",
                    endpoints.socket(SocketTarget.parse(processes.mode()).orElseThrow()));
            paths.add("/");
        }
        for (String text : routes) {
            try {
                RouteSpec route = RouteSpec.parse(text);
                Optional<SocketTarget> target = SocketTarget.parse(route.target());
                Endpoint endpoint = target.isPresent()
                        ? endpoints.socket(target.get())
                        : endpoint(
                                endpoints, shared, warm, processes.programs().command(route.target()), route.script());
                add(builder, entrance, route.path(), endpoint);
                paths.add(route.path());
            } catch (IllegalArgumentException e) {
                throw CommandFailure.usage("--route: " + e.getMessage());
            }
        }
        pages.directory().ifPresent(scripts -> {
            if (paths.contains("/")) {
                throw CommandFailure.usage("--dir has the programs for all paths: leave it out, or the program for /");
            }
            if (warm > 0) {
                throw CommandFailure.usage("--keep-warm is for programs of CMD and --route: those of --dir wait for"
                        + " nobody, as nobody knows which is wanted");
            }
            add(builder, entrance, "/", endpoints.directory(scripts));
            paths.addAll(scripts.names().isEmpty() ? List.of("/") : scripts.names());
        });
        if (paths.isEmpty()) {
            throw CommandFailure.usage("expected a program to serve, such as: duplex serve -- cat");
        }
        return paths;
    }

    private Endpoint endpoint(Endpoints endpoints, SharedOptions shared, int warm, List<String> words, String script) {
        return switch (processes.mode()) {
            case "each" -> warm > 0 ? endpoints.each(words, warm) : endpoints.each(words, script);
            case "shared" -> endpoints.shared(words, shared);
            default ->
                throw CommandFailure.usage(
                        SocketTarget.parse(processes.mode()).isPresent()
                                ? "--mode " + processes.mode() + " needs no program, but '" + words.get(0) + "' is one"
                                : "--mode: expected each, shared, tcp:HOST:PORT or unix:PATH but got '"
                                        + processes.mode() + "'");
        };
    }

    private void add(WebSocketServer.Builder builder, Entrance entrance, String path, Endpoint endpoint) {
        Route route = frames.bounded(entrance.to(endpoint), limits(), processes.isShared(), processes.idle());
        if (!path.equals("/")) {
            builder.webSocket(path, route);
        }
        builder.webSocket(path.equals("/") ? "/*" : path + "/*", route);
    }

    private void addPages(WebSocketServer.Builder builder, Endpoints endpoints, Stats stats, List<String> paths) {
        access.health().ifPresent(builder::health);
        access.metrics().ifPresent(path -> builder.http(path, withFields(stats.handler())));
        // Also where sessions open: a browser that asks for such a path is shown a page.
        pages.pages(builder, endpoints, server, access.auth().isPresent(), paths)
                .ifPresent(handler -> builder.http("/*", withFields(handler)));
    }

    private HttpHandler withFields(HttpHandler handler) {
        return request -> handler.handle(request).thenApply(response -> response.addHeaders(access.httpHeaders()));
    }

    private static void start(Endpoints endpoints) {
        try {
            endpoints.check();
            endpoints.start();
        } catch (ProgramException e) {
            throw new CommandFailure(ExitCode.INTERNAL, String.valueOf(e.getMessage()));
        }
    }
}
