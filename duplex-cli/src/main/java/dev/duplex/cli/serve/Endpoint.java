package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import java.util.concurrent.CompletionStage;

/** What the sessions of a route are joined with. */
public interface Endpoint extends WebSocketHandler {
    /** Makes ready for a client that may come in; on an event loop, so it must not block. */
    CompletionStage<UpgradeResponse> enter(UpgradeRequest request, Visitor visitor);
}
