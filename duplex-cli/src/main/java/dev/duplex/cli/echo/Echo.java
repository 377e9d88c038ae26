package dev.duplex.cli.echo;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;

/** Sends back what comes. What the other endpoints do, they do besides. */
class Echo implements WebSocketHandler {
    @Override
    public void onMessage(Session session, Message message) {
        session.send(message);
    }
}
