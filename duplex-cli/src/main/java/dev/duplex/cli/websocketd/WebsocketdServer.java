package dev.duplex.cli.websocketd;

import dev.duplex.cli.serve.BridgeOptions;
import dev.duplex.cli.serve.CgiScripts;
import dev.duplex.cli.serve.Credentials;
import dev.duplex.cli.serve.Entrance;
import dev.duplex.cli.serve.Environment;
import dev.duplex.cli.serve.FrameOptions;
import dev.duplex.cli.serve.Launcher;
import dev.duplex.cli.serve.ProgramEndpoint;
import dev.duplex.cli.serve.ScriptDirectory;
import dev.duplex.cli.serve.StopLadder;
import dev.duplex.core.Limits;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;

/** {@code duplex websocketd}: reads the flags, and runs what {@code duplex serve} is made of. */
public final class WebsocketdServer {
    private static final Duration SHUTDOWN = Duration.ofSeconds(5);

    /** A program is started within it, which may take its time on a machine that does much else. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(15);

    /** websocketd has no bound for what a program writes in one line; so much goes into one message of ours. */
    private static final int MAX_LINE = 16 * 1024 * 1024;

    /** What is as much as one message can be. */
    private static final long MOST_FRAME = 1 << 30;

    private final Map<String, String> variables;
    private final PrintWriter out;
    private final PrintWriter err;
    private final BiFunction<Boolean, List<String>, HttpHandler> consoles;

    /**
     * @param variables our own environment
     * @param consoles makes the page to try endpoints with: whether it is at their addresses, and their paths
     */
    public WebsocketdServer(
            Map<String, String> variables,
            PrintWriter out,
            PrintWriter err,
            BiFunction<Boolean, List<String>, HttpHandler> consoles) {
        this.variables = Map.copyOf(variables);
        this.out = out;
        this.err = err;
        this.consoles = consoles;
    }

    /**
     * Runs until the process is told to end, or the calling thread is interrupted.
     *
     * @return the exit code
     */
    public int run(List<String> arguments) {
        try {
            return begin(arguments);
        } catch (WebsocketdExit e) {
            if (!String.valueOf(e.getMessage()).isEmpty()) {
                err.println(e.getMessage());
                err.println("Try 'duplex websocketd --help'.");
                err.flush();
            }
            return e.code();
        }
    }

    private int begin(List<String> arguments) throws WebsocketdExit {
        GoFlags flags = GoFlags.parse(WebsocketdFlags.KINDS, arguments);
        if (arguments.isEmpty()) {
            throw new WebsocketdExit(WebsocketdExit.CONFIGURATION, "Command line arguments are missing.");
        }
        for (Map.Entry<String, String> word : Map.of(
                        "help", WebsocketdHelp.text(),
                        "h", WebsocketdHelp.text(),
                        "version", WebsocketdHelp.version(),
                        "license", WebsocketdHelp.license())
                .entrySet()) {
            if (flags.isOn(word.getKey())) {
                out.println(word.getValue());
                out.flush();
                return 0;
            }
        }
        WebsocketdFlags settings = WebsocketdFlags.of(flags, variables.getOrDefault("PATH", "/bin:/usr/bin"));
        return serve(settings, new WebsocketdOrigins(settings.sameOrigin(), settings.origins()));
    }

    private int serve(WebsocketdFlags flags, WebsocketdOrigins origins) throws WebsocketdExit {
        Optional<Tls> tls = tls(flags);
        try (WebsocketdLog log = new WebsocketdLog(out, Clock.systemDefaultZone(), flags.level());
                Launcher launcher = launcher(flags);
                Entrance entrance = new Entrance(Entrance.Rules.NONE, log)) {
            Environment environment =
                    new Environment(WebsocketdHelp.software(), inherited(flags), Map.of(), false, Credentials.NONE);
            ProgramEndpoint.ProcessLimit most =
                    new ProgramEndpoint.ProcessLimit(flags.maxForks() == 0 ? Integer.MAX_VALUE : flags.maxForks(), 429);
            BridgeOptions bridge = new BridgeOptions(
                    frames(flags),
                    BridgeOptions.DEFAULT.queueBytes(),
                    BridgeOptions.Slow.BLOCK,
                    flags.passErrors(),
                    false,
                    () -> {});
            WebsocketdPrograms wanted = new WebsocketdPrograms(flags, environment, log);
            ProgramEndpoint programs = new ProgramEndpoint(launcher, wanted::program, most, bridge, log);
            WebsocketdEndpoint endpoint = new WebsocketdEndpoint(flags, origins, wanted, programs, log);
            WebsocketdHttp http =
                    new WebsocketdHttp(flags, cgi(flags, launcher, environment, most, log), console(flags), log);
            WebSocketServer.Builder builder = WebSocketServer.builder()
                    .webSocket("/*", entrance.to(endpoint).origins(OriginPolicy.any()))
                    .http("/*", http)
                    .limits(limits(flags));
            tls.ifPresent(builder::tls);
            addresses(flags).forEach(builder::bind);
            flags.unixSocket().ifPresent(builder::unixSocket);
            tell(flags, log);
            List<WebSocketServer> servers = new ArrayList<>();
            try {
                servers.add(started(builder, log));
                if (flags.redirectPort().isPresent()) {
                    servers.add(redirecting(flags, flags.redirectPort().get(), log));
                }
                warn(flags);
                await(servers, launcher);
            } finally {
                servers.forEach(server -> server.shutdown(SHUTDOWN, 0));
            }
            return 0;
        }
    }

    private static Optional<Tls> tls(WebsocketdFlags flags) throws WebsocketdExit {
        if (!flags.isEncrypted()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Tls.pem(
                    flags.certificate().orElseThrow(),
                    flags.key().orElseThrow(),
                    flags.clientAuthority().orElse(null)));
        } catch (IllegalArgumentException e) {
            throw new WebsocketdExit(WebsocketdExit.BIND, "TLS: " + e.getMessage());
        }
    }

    private static Launcher launcher(WebsocketdFlags flags) throws WebsocketdExit {
        long more = flags.closeTime().toMillis();
        StopLadder ladder = StopLadder.parse(
                "eof:" + (100 + more) + "ms,INT:" + (250 + more) + "ms,TERM:" + (500 + more) + "ms,KILL");
        try {
            return Launcher.open(ladder);
        } catch (IOException e) {
            throw new WebsocketdExit(WebsocketdExit.CONFIGURATION, "/bin/sh cannot be started: " + e.getMessage());
        }
    }

    private Map<String, String> inherited(WebsocketdFlags flags) {
        Map<String, String> passed = new LinkedHashMap<>();
        for (String name : flags.passedVariables()) {
            String value = variables.get(name);
            if (value != null && !name.equals("HTTPS")) {
                passed.put(name, value);
            }
        }
        return passed;
    }

    private static FrameOptions frames(WebsocketdFlags flags) {
        FrameOptions lines = FrameOptions.LINES;
        return flags.binary()
                ? new FrameOptions(
                        FrameOptions.Frame.chunk,
                        true,
                        false,
                        lines.newlineIn(),
                        lines.badUtf8(),
                        FrameOptions.Type.binary,
                        MAX_LINE,
                        false)
                : lines.withMaxBytes(MAX_LINE);
    }

    private static Limits limits(WebsocketdFlags flags) {
        Limits limits = Limits.DEFAULTS;
        Duration silence = flags.pingInterval();
        return limits.withMaxMessageBytes(
                        flags.maxFrameBytes() == 0 ? MOST_FRAME : Math.min(MOST_FRAME, flags.maxFrameBytes()))
                .withMaxBufferedBytes(2 * MAX_LINE)
                .withHandshakeTimeout(HANDSHAKE)
                .withKeepalive(silence, silence.isZero() ? limits.pongTimeout() : silence);
    }

    private Optional<CgiScripts> cgi(
            WebsocketdFlags flags,
            Launcher launcher,
            Environment environment,
            ProgramEndpoint.ProcessLimit most,
            WebsocketdLog log) {
        return flags.cgiDirectory()
                .map(directory -> new CgiScripts(
                        new ScriptDirectory(directory), launcher, environment, most, CgiScripts.Limits.DEFAULT, log));
    }

    private Optional<HttpHandler> console(WebsocketdFlags flags) {
        return flags.console() ? Optional.of(consoles.apply(true, List.of())) : Optional.empty();
    }

    private static List<InetSocketAddress> addresses(WebsocketdFlags flags) throws WebsocketdExit {
        if (!flags.listensOnTcp()) {
            return List.of();
        }
        if (flags.addresses().isEmpty()) {
            return List.of(new InetSocketAddress(flags.port()));
        }
        List<InetSocketAddress> all = new ArrayList<>();
        for (String name : flags.addresses()) {
            InetSocketAddress address = new InetSocketAddress(name, flags.port());
            if (address.isUnresolved()) {
                throw new WebsocketdExit(
                        WebsocketdExit.BIND, "Can't start server: the address " + name + " is not known");
            }
            all.add(address);
        }
        return all;
    }

    private static WebSocketServer started(WebSocketServer.Builder builder, WebsocketdLog log) throws WebsocketdExit {
        try {
            return builder.start();
        } catch (UncheckedIOException | IllegalArgumentException e) {
            log.log(WebsocketdLevel.fatal, "server", "", "Can't start server: " + e.getMessage());
            throw new WebsocketdExit(WebsocketdExit.BIND, "");
        }
    }

    // ------------------------------------------------------------------------------------------------- what it says
    // first

    private static void tell(WebsocketdFlags flags, WebsocketdLog log) {
        if (flags.directory().isPresent()) {
            say(
                    log,
                    "Serving from directory      : "
                            + absolute(flags.directory().get()));
        } else if (!flags.command().isEmpty()) {
            say(
                    log,
                    "Serving using application   : "
                            + flags.command().get(0) + " "
                            + String.join(
                                    " ",
                                    flags.command().subList(1, flags.command().size())));
        }
        flags.staticDirectory().ifPresent(path -> say(log, "Serving static content from : " + path));
        flags.cgiDirectory().ifPresent(path -> say(log, "Serving CGI scripts from    : " + path));
        for (String host : hosts(flags)) {
            String address = host + ":" + flags.port() + "/";
            say(log, "Starting WebSocket server   : " + (flags.isEncrypted() ? "wss://" : "ws://") + address);
            String web = (flags.isEncrypted() ? "https://" : "http://") + address;
            if (flags.console()) {
                say(log, "Developer console enabled   : " + web);
            }
            if (flags.staticDirectory().isPresent() || flags.cgiDirectory().isPresent()) {
                say(log, "Serving CGI or static files : " + web);
            }
            flags.redirectPort()
                    .ifPresent(port -> say(log, "Starting redirect server   : http://" + host + ":" + port + "/"));
        }
        flags.unixSocket().ifPresent(path -> say(log, "Starting WebSocket server   : unix:" + path));
    }

    private static void say(WebsocketdLog log, String text) {
        log.log(WebsocketdLevel.info, "server", "", text);
    }

    private static Path absolute(Path directory) {
        return directory.toAbsolutePath().normalize();
    }

    private static List<String> hosts(WebsocketdFlags flags) {
        if (!flags.listensOnTcp()) {
            return List.of();
        }
        return flags.addresses().isEmpty()
                ? List.of(ownName())
                : flags.addresses().stream()
                        .map(name -> name.indexOf(':') >= 0 ? "[" + name + "]" : name)
                        .toList();
    }

    private static String ownName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Said once, where no program reads it: the original starts in silence, open to the network and to every page. */
    private void warn(WebsocketdFlags flags) {
        if (flags.listensOnTcp() && flags.addresses().isEmpty()) {
            err.println(
                    "Warning: listening on every interface, as websocketd does: anyone on the network who reaches port "
                            + flags.port() + " can connect. --address=127.0.0.1 keeps it to this machine.");
        }
        if (flags.letsEveryOriginIn()) {
            err.println("Warning: the pages of every web site may connect, as with websocketd."
                    + " --sameorigin or --origin=HOST,... says which may.");
        }
        err.flush();
    }

    // ---------------------------------------------------------------------------------------------------------
    // redirecting

    private WebSocketServer redirecting(WebsocketdFlags flags, int port, WebsocketdLog log) throws WebsocketdExit {
        String scheme = flags.isEncrypted() ? "https://" : "http://";
        boolean usual = flags.port() == (flags.isEncrypted() ? 443 : 80);
        WebSocketServer.Builder builder = WebSocketServer.builder().fallback(HttpHandler.of(request -> {
            String host = request.fields().first("Host").orElse("localhost").replaceFirst(":[0-9]+$", "");
            return HttpResponse.redirect(301, scheme + host + (usual ? "" : ":" + flags.port()) + request.target());
        }));
        for (InetSocketAddress address : addresses(flags)) {
            builder.bind(new InetSocketAddress(address.getAddress(), port));
        }
        return started(builder, log);
    }

    // ------------------------------------------------------------------------------------------------------------- its
    // end

    private static void await(List<WebSocketServer> servers, Launcher launcher) {
        Thread hook = new Thread(
                () -> {
                    Thread beside = new Thread(launcher::close, "duplex-stopping");
                    beside.start();
                    servers.forEach(server -> server.shutdown(SHUTDOWN, 0));
                    try {
                        beside.join();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "duplex-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            removeQuietly(hook);
        }
    }

    private static void removeQuietly(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // it runs already, which is as good
        }
    }
}
