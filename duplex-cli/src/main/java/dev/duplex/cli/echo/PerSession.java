package dev.duplex.cli.echo;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.util.List;
import java.util.function.Function;

/** Gives each session a handler of its own, made from the request before it is accepted. */
final class PerSession implements WebSocketHandler {
    private static final String ATTRIBUTE = "echo.handler";
    private static final PerSession DISPATCHER = new PerSession();

    private PerSession() {}

    /**
     * A route which accepts any subprotocol, the first that is offered.
     *
     * @param opening makes the handler; a {@link BadRequestException} refuses with 400 and its message
     */
    static Route route(Function<UpgradeRequest, WebSocketHandler> opening) {
        return Route.to(DISPATCHER).onUpgrade(request -> {
            WebSocketHandler handler;
            try {
                handler = opening.apply(request);
            } catch (BadRequestException e) {
                return UpgradeResponse.reject(400, e.getMessage() + "\n");
            }
            UpgradeResponse.Accept accept = UpgradeResponse.accept().withAttribute(ATTRIBUTE, handler);
            List<String> offered = request.subprotocols();
            return offered.isEmpty() ? accept : accept.withSubprotocol(offered.get(0));
        });
    }

    private static WebSocketHandler of(Session session) {
        if (session.attributes().get(ATTRIBUTE) instanceof WebSocketHandler handler) {
            return handler;
        }
        throw new IllegalStateException("the route has given " + session + " no handler");
    }

    @Override
    public void onOpen(Session session) throws Exception {
        of(session).onOpen(session);
    }

    @Override
    public void onMessage(Session session, Message message) throws Exception {
        of(session).onMessage(session, message);
    }

    @Override
    public void onDrain(Session session) throws Exception {
        of(session).onDrain(session);
    }

    @Override
    public void onClose(Session session, CloseEvent event) throws Exception {
        of(session).onClose(session, event);
    }
}
