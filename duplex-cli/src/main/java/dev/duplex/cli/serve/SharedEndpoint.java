package dev.duplex.cli.serve;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.transport.CloseEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One program for all sessions. */
public final class SharedEndpoint implements Endpoint {
    private final SharedProgram program;

    public SharedEndpoint(SharedProgram program) {
        this.program = program;
    }

    @Override
    public CompletionStage<UpgradeResponse> enter(UpgradeRequest request, Visitor visitor) {
        return CompletableFuture.completedFuture(
                program.refusal().<UpgradeResponse>map(UpgradeResponse::reject).orElseGet(UpgradeResponse::accept));
    }

    @Override
    public void onOpen(Session session) {
        program.opened(session);
    }

    @Override
    public void onMessage(Session session, Message message) {
        program.received(session, message);
    }

    @Override
    public void onPing(Session session, Message payload) {
        program.pinged(session, payload);
    }

    @Override
    public void onDrain(Session session) {
        program.drained(session);
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        program.closed(session, event);
    }
}
