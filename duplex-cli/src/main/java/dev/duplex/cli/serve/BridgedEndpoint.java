package dev.duplex.cli.serve;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.transport.CloseEvent;
import java.util.Objects;

/** A backend for each session, made before the session opens. */
abstract class BridgedEndpoint implements Endpoint {
    private static final String BACKEND = "duplex.backend";
    private static final String BRIDGE = "duplex.bridge";

    private final BridgeOptions options;
    private final ServeLog log;

    BridgedEndpoint(BridgeOptions options, ServeLog log) {
        this.options = options;
        this.log = log;
    }

    /** Lets a client in for whom this is there. */
    static UpgradeResponse accept(Backend backend) {
        return UpgradeResponse.accept().withAttribute(BACKEND, backend).orElse(backend::discard);
    }

    @Override
    public void onOpen(Session session) {
        Backend backend = (Backend) Objects.requireNonNull(session.attributes().remove(BACKEND));
        Bridge bridge = new Bridge(session, Visitor.of(session), backend, options, log);
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
    public void onPing(Session session, Message payload) {
        bridge(session).pinged(payload);
    }

    @Override
    public void onDrain(Session session) {
        bridge(session).drained();
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        bridge(session).closed(event);
    }
}
