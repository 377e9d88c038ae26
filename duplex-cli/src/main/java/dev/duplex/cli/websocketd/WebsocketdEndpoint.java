package dev.duplex.cli.websocketd;

import dev.duplex.cli.common.Ending;
import dev.duplex.cli.serve.Endpoint;
import dev.duplex.cli.serve.ProgramEndpoint;
import dev.duplex.cli.serve.Visitor;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.transport.CloseEvent;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets clients in as websocketd does, and tells its log of them; the program is then started by {@code duplex serve}. */
final class WebsocketdEndpoint implements Endpoint {
    private final WebsocketdFlags flags;
    private final WebsocketdOrigins origins;
    private final WebsocketdPrograms wanted;
    private final ProgramEndpoint programs;
    private final WebsocketdLog log;

    WebsocketdEndpoint(
            WebsocketdFlags flags,
            WebsocketdOrigins origins,
            WebsocketdPrograms wanted,
            ProgramEndpoint programs,
            WebsocketdLog log) {
        this.flags = flags;
        this.origins = origins;
        this.wanted = wanted;
        this.programs = programs;
        this.log = log;
    }

    @Override
    public CompletionStage<UpgradeResponse> enter(UpgradeRequest request, Visitor visitor) {
        String client =
                WebsocketdLog.associated("url", url(request), "id", visitor.connection(), "remote", address(request));
        Optional<WebsocketdPrograms.Target> target = wanted.target(request);
        if (target.isEmpty()) {
            log.log(WebsocketdLevel.access, "session", client, "NOT FOUND: script not found");
            return refused(404, "404 Not Found\n");
        }
        String all = client + " "
                + WebsocketdLog.associated(
                        "command", target.get().command().get(0), "origin", WebsocketdOrigins.shown(request));
        log.about(visitor, all);
        Optional<String> refusal = origins.refusal(request);
        if (refusal.isPresent()) {
            log.log(WebsocketdLevel.access, "session", all, refusal.get());
            return refused(403, "Forbidden\n");
        }
        return wanted.named(request, visitor)
                .thenCompose(named -> programs.enter(request, visitor))
                .thenApply(this::withHeaders);
    }

    private static CompletionStage<UpgradeResponse> refused(int status, String body) {
        return CompletableFuture.completedFuture(UpgradeResponse.reject(status, body));
    }

    private UpgradeResponse withHeaders(UpgradeResponse response) {
        if (!(response instanceof UpgradeResponse.Accept accept)) {
            return response;
        }
        UpgradeResponse.Accept all = accept;
        for (String[] header : WebsocketdHeaders.of(flags.headers(), flags.webSocketHeaders())) {
            all = all.withHeader(header[0], header[1]);
        }
        return all;
    }

    private static String url(UpgradeRequest request) {
        return (request.secure() ? "https://" : "http://")
                + request.host()
                + request.http().target();
    }

    private static String address(UpgradeRequest request) {
        return request.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "unix";
    }

    @Override
    public void onOpen(Session session) {
        Visitor visitor = Visitor.of(session);
        log.log(WebsocketdLevel.access, "session", log.about(visitor), "CONNECT");
        visitor.pid()
                .ifPresent(pid -> log.about(
                        visitor, log.about(visitor) + " " + WebsocketdLog.associated("pid", Long.toString(pid))));
        programs.onOpen(session);
    }

    @Override
    public void onMessage(Session session, Message message) {
        programs.onMessage(session, message);
    }

    @Override
    public void onPing(Session session, Message payload) {
        programs.onPing(session, payload);
    }

    @Override
    public void onDrain(Session session) {
        programs.onDrain(session);
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        programs.onClose(session, event);
        Visitor visitor = Visitor.of(session);
        String client = log.about(visitor);
        log.log(
                WebsocketdLevel.debug,
                "websocket",
                client,
                "Closed with " + event.code() + " " + Ending.printable(event.reason()) + " (" + event.cause() + ")");
        log.log(WebsocketdLevel.trace, "websocket", client, "Terminated websocket connection");
        log.log(WebsocketdLevel.access, "session", client, "DISCONNECT");
    }
}
