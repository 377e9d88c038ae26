package dev.duplex.cli;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** A server from the command line: starts it, says where it is, and stops it when the process is asked to end. */
final class ServerRun {
    private static final Duration SHUTDOWN = Duration.ofSeconds(5);

    private final CommandSpec command;
    private final ServerOptions options;
    private final int defaultPort;
    private final PrintWriter out;
    private final PrintWriter err;
    private Runnable whenStopping = () -> {};
    private Function<WebSocketServer, String> announcement = this::pageOrSocket;
    private Consumer<WebSocketServer.Builder> adjustment = builder -> {};

    ServerRun(CommandSpec command, ServerOptions options, int defaultPort) {
        this.command = command;
        this.options = options;
        this.defaultPort = defaultPort;
        this.out = command.commandLine().getOut();
        this.err = command.commandLine().getErr();
    }

    /** What stands on stdout as soon as it listens, in place of the address of a page. */
    ServerRun announcing(Function<WebSocketServer, String> line) {
        announcement = line;
        return this;
    }

    /** What the verb knows better than the options. */
    ServerRun adjusting(Consumer<WebSocketServer.Builder> change) {
        adjustment = change;
        return this;
    }

    private String pageOrSocket(WebSocketServer server) {
        return options.listensOnTcp()
                ? address(server, "/").toString()
                : "unix:" + options.unix().orElseThrow();
    }

    /** What else is to be brought to its end, at the same time as the sessions. */
    ServerRun whenStopping(Runnable action) {
        whenStopping = action;
        return this;
    }

    /**
     * Runs until the process is told to end, or the calling thread is interrupted.
     *
     * @param builder what the server does
     * @param details lines for a person, after the address
     * @return the exit code
     * @throws CommandFailure if the server cannot start
     */
    int run(WebSocketServer.Builder builder, Function<WebSocketServer, List<String>> details) {
        options.applyTo(builder, defaultPort);
        adjustment.accept(builder);
        Optional<Tls> tls = options.tls();
        tls.ifPresent(builder::tls);
        WebSocketServer server = start(builder);
        Thread hook = new Thread(() -> shutdown(server), "duplex-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            announce(server, tls, details.apply(server));
            new CountDownLatch(1).await();
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } finally {
            stop(server, hook);
        }
    }

    private void shutdown(WebSocketServer server) {
        Thread beside = new Thread(whenStopping, "duplex-stopping");
        beside.start();
        server.shutdown(SHUTDOWN, 0);
        try {
            beside.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop(WebSocketServer server, Thread hook) {
        boolean interrupted = Thread.interrupted();
        shutdown(server);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the hook runs already, which is as good
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private WebSocketServer start(WebSocketServer.Builder builder) {
        try {
            return builder.start();
        } catch (UncheckedIOException e) {
            throw new CommandFailure(ExitCode.BIND, explained(String.valueOf(e.getMessage())));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private String explained(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        String where = options.listensOnTcp()
                ? options.host() + " port " + options.port(defaultPort)
                : String.valueOf(options.unix().orElseThrow());
        if (lower.contains("address already in use")) {
            return "cannot listen on " + where + ": another program does. Stop it, or choose another port with --port"
                    + " (0 for any that is free).";
        }
        if (lower.contains("permission denied")) {
            return "cannot listen on " + where + ": permission denied. Ports below 1024 are for the administrator;"
                    + " choose a higher one with --port.";
        }
        if (lower.contains("cannot assign requested address")) {
            return "cannot listen on " + where + ": this machine has no such address. Give one of its own with --host,"
                    + " or 0.0.0.0 for all.";
        }
        return message;
    }

    private void announce(WebSocketServer server, Optional<Tls> tls, List<String> details) {
        out.println(announcement.apply(server));
        out.flush();
        tls.flatMap(Tls::fingerprint)
                .ifPresent(sha256 -> err.println("Self-signed certificate, SHA-256 " + sha256
                        + "\nBrowsers warn about it; compare the fingerprint before going on."));
        if (options.listensOnTcp() && server.addresses().stream().anyMatch(ServerRun::isReachable)) {
            err.println("Warning: not only this machine, anyone on the network who reaches " + options.host()
                    + " can connect.");
        }
        if (!options.quiet()) {
            details.forEach(err::println);
            err.println("Ctrl-C stops the " + command.name() + " server.");
        }
        err.flush();
    }

    private static boolean isReachable(SocketAddress address) {
        return address instanceof InetSocketAddress inet && !loopback(inet.getAddress());
    }

    private static boolean loopback(InetAddress address) {
        return address.isLoopbackAddress();
    }

    /** The address of a path to open in a browser. */
    static URI address(WebSocketServer server, String path) {
        return server.httpUri(path);
    }
}
