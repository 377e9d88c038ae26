package dev.duplex.cli.serve;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.transport.CloseEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Each program of a directory at its own path, and 404 elsewhere. */
final class DirectoryEndpoint implements Endpoint {
    private final ScriptDirectory scripts;
    private final Endpoint programs;

    DirectoryEndpoint(ScriptDirectory scripts, Endpoint programs) {
        this.scripts = scripts;
        this.programs = programs;
    }

    @Override
    public CompletionStage<UpgradeResponse> enter(UpgradeRequest request, Visitor visitor) {
        return scripts.find(request.http().segments()).isPresent()
                ? programs.enter(request, visitor)
                : CompletableFuture.completedFuture(UpgradeResponse.reject(404, "There is no program at this path.\n"));
    }

    @Override
    public void onOpen(Session session) throws Exception {
        programs.onOpen(session);
    }

    @Override
    public void onMessage(Session session, Message message) throws Exception {
        programs.onMessage(session, message);
    }

    @Override
    public void onPing(Session session, Message payload) throws Exception {
        programs.onPing(session, payload);
    }

    @Override
    public void onDrain(Session session) throws Exception {
        programs.onDrain(session);
    }

    @Override
    public void onClose(Session session, CloseEvent event) throws Exception {
        programs.onClose(session, event);
    }
}
