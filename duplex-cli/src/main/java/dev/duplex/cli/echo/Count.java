package dev.duplex.cli.echo;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;

/** Answers each message with how many there have been, and their bytes. */
final class Count implements WebSocketHandler {
    private long messages;
    private long bytes;

    @Override
    public void onMessage(Session session, Message message) {
        messages++;
        bytes += message.size();
        session.send("{\"messages\":" + messages + ",\"bytes\":" + bytes + "}");
    }
}
