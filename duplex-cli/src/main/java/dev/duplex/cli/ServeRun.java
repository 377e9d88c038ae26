package dev.duplex.cli;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.serve.Launcher;
import dev.duplex.core.Limits;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs the server of {@code duplex serve}, and what stands around it: the port that redirects, the file that tells it is ready. */
final class ServeRun {
    private static final int HTTPS = 443;

    private final CommandSpec spec;
    private final ServerOptions server;
    private final ServeAccessOptions access;
    private final int defaultPort;
    private @Nullable WebSocketServer redirecting;

    ServeRun(CommandSpec spec, ServerOptions server, ServeAccessOptions access, int defaultPort) {
        this.spec = spec;
        this.server = server;
        this.access = access;
        this.defaultPort = defaultPort;
    }

    int run(WebSocketServer.Builder builder, Limits limits, Launcher launcher, List<String> paths) {
        if (access.redirectPort().isPresent() && !server.isEncrypted()) {
            throw CommandFailure.usage(
                    "--redirect-port leads to TLS: give --tls-cert and --tls-key, or --tls-self-signed");
        }
        if (access.unixMode().isPresent() && server.unix().isEmpty()) {
            throw CommandFailure.usage("--unix-mode is for the socket of --unix, which is missing");
        }
        try {
            return new ServerRun(spec, server, defaultPort)
                    .adjusting(settings -> settings.limits(limits))
                    .announcing(this::ready)
                    .whenStopping(() -> stop(launcher))
                    .run(builder, running -> details(running, launcher, paths));
        } finally {
            removeReadyFile();
            if (redirecting != null) {
                redirecting.close();
            }
        }
    }

    private void stop(Launcher launcher) {
        removeReadyFile();
        launcher.close();
    }

    /** Does what is left to do once the server listens, and says where. */
    private String ready(WebSocketServer running) {
        server.unix().ifPresent(this::setMode);
        access.redirectPort().ifPresent(port -> redirecting = redirect(running, port));
        String address = server.listensOnTcp()
                ? running.uri("/").toString()
                : "unix:" + server.unix().orElseThrow();
        access.readyFile().ifPresent(file -> write(file, address));
        access.readyDescriptor().ifPresent(number -> write(number, address));
        return "listening " + address;
    }

    private void setMode(Path socket) {
        access.unixMode().ifPresent(mode -> {
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's reading to others' executing
            for (int i = 0; i < all.length; i++) {
                if ((mode & 1 << (all.length - 1 - i)) != 0) {
                    permissions.add(all[i]);
                }
            }
            try {
                Files.setPosixFilePermissions(socket, permissions);
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.BIND, "--unix-mode cannot be set: " + e.getMessage());
            }
        });
    }

    /** At once, so that who waits for it never reads a part. */
    private static void write(Path file, String address) {
        try {
            Path whole = file.resolveSibling(file.getFileName() + ".tmp");
            Files.writeString(whole, address + "\n");
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.INTERNAL, "--ready-file cannot be written: " + e.getMessage());
        }
    }

    private static void write(int descriptor, String address) {
        try (OutputStream to = Files.newOutputStream(Path.of("/dev/fd/" + descriptor), StandardOpenOption.WRITE)) {
            to.write((address + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw CommandFailure.usage("--ready-fd: expected the number of an open file or pipe, as in 3>ready, but "
                    + descriptor + " cannot be written: " + e.getMessage());
        }
    }

    private void removeReadyFile() {
        access.readyFile().ifPresent(file -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                spec.commandLine().getErr().println("duplex: " + file + " cannot be removed: " + e.getMessage());
            }
        });
    }

    private WebSocketServer redirect(WebSocketServer to, int port) {
        ServerOptions.within("--redirect-port", port, 0, 65_535);
        try {
            return WebSocketServer.builder()
                    .host(server.host())
                    .port(port)
                    .fallback(HttpHandler.of(request -> redirect(request, to.port())))
                    .start();
        } catch (UncheckedIOException e) {
            throw new CommandFailure(ExitCode.BIND, "--redirect-port: " + e.getMessage());
        }
    }

    static HttpResponse redirect(HttpRequest request, int port) {
        String host = request.fields().first("Host").orElse("");
        String name = host.replaceFirst(":[0-9]*$", "");
        if (!name.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]")) {
            return HttpResponse.text(400, "The Host field is none.\n");
        }
        String authority = port == HTTPS ? name : name + ":" + port;
        // 308 keeps the method, as clients that upgrade use none but GET and others shall not be surprised.
        return HttpResponse.redirect(
                308,
                "https://" + authority + request.rawPath() + (request.query().isEmpty() ? "" : "?" + request.query()));
    }

    private List<String> details(WebSocketServer running, Launcher launcher, List<String> paths) {
        List<String> lines = new ArrayList<>();
        if (paths.size() > 1 || !paths.contains("/")) {
            lines.add("Paths: " + String.join(" ", paths));
        }
        if (server.listensOnTcp()) {
            lines.add("Try: duplex connect " + running.uri(paths.get(0)));
        }
        WebSocketServer plain = redirecting;
        if (plain != null) {
            lines.add("http: port " + plain.port() + " leads here.");
        }
        if (!launcher.makesGroups()) {
            lines.add("Warning: neither setsid nor perl was found; what programs start themselves may outlive them.");
        }
        return lines;
    }
}
