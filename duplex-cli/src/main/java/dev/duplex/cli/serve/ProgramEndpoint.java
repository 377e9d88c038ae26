package dev.duplex.cli.serve;

import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A program for each session: started before the session opens, and brought to its end with it. */
public final class ProgramEndpoint implements WebSocketHandler {
    private static final String BACKEND = "duplex.backend";
    private static final String BRIDGE = "duplex.bridge";

    private final Launcher launcher;
    private final Function<UpgradeRequest, Program> program;
    private final BridgeOptions options;
    private final ServeLog log;
    private final AtomicLong failures = new AtomicLong();

    /** @param program what to start for a request */
    public ProgramEndpoint(
            Launcher launcher, Function<UpgradeRequest, Program> program, BridgeOptions options, ServeLog log) {
        this.launcher = launcher;
        this.program = program;
        this.options = options;
        this.log = log;
    }

    /** The route to it. */
    public Route route() {
        return Route.to(this).onUpgradeAsync(this::decide);
    }

    private CompletionStage<UpgradeResponse> decide(UpgradeRequest request) {
        return launcher.launch(program.apply(request)).handle((started, error) -> {
            if (started != null) {
                return UpgradeResponse.accept().withAttribute(BACKEND, started).orElse(started::stop);
            }
            return failed(error);
        });
    }

    private UpgradeResponse failed(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String id = "start-" + failures.incrementAndGet();
        log.line(id + " " + (cause instanceof ProgramException ? cause.getMessage() : String.valueOf(cause)));
        return UpgradeResponse.reject(
                500, "The program could not be started; the server's log says why at " + id + ".\n");
    }

    @Override
    public void onOpen(Session session) {
        Backend backend = (Backend) Objects.requireNonNull(session.attributes().remove(BACKEND));
        Bridge bridge = new Bridge(session, backend, options, log);
        session.attributes().put(BRIDGE, bridge);
        bridge.open();
    }

    private static Bridge bridge(Session session) {
        return (Bridge) Objects.requireNonNull(session.attributes().get(BRIDGE));
    }

    @Override
    public void onMessage(Session session, Message message) {
        bridge(session).received(message);
    }

    @Override
    public void onDrain(Session session) {
        bridge(session).drained();
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        bridge(session).closed();
    }
}
