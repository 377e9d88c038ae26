package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.transport.pipe.Sockets;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A connection to another server for each session. */
public final class SocketEndpoint extends BridgedEndpoint {
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Sockets sockets;
    private final SocketTarget target;
    private final ServeLog log;

    public SocketEndpoint(Sockets sockets, SocketTarget target, BridgeOptions options, ServeLog log) {
        super(options, log);
        this.sockets = sockets;
        this.target = target;
        this.log = log;
    }

    @Override
    public CompletionStage<UpgradeResponse> enter(UpgradeRequest request, Visitor visitor) {
        return sockets.connect(target.address())
                .handle((connection, error) -> connection == null
                        ? BackendFailure.response(502, visitor, "The server behind cannot be reached", error, log)
                        : accept(new SocketBackend(connection, FAREWELL)));
    }
}
