package dev.duplex.cli.echo;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.WebSocketHandler;

/** What one sends, everybody on the same topic gets, the sender included. */
final class Broadcast implements WebSocketHandler {
    private static final int MAX_NAME = 64;

    private final String topic;

    private Broadcast(String topic) {
        this.topic = topic;
    }

    static Broadcast toAll() {
        return new Broadcast("echo:all");
    }

    static Broadcast toRoom(UpgradeRequest request) {
        String name = request.pathParameter("name");
        if (name.length() > MAX_NAME) {
            throw new BadRequestException(
                    "expected a room of at most " + MAX_NAME + " characters but got " + name.length());
        }
        return new Broadcast("echo:room:" + name);
    }

    @Override
    public void onOpen(Session session) {
        session.subscribe(topic);
    }

    @Override
    public void onMessage(Session session, Message message) {
        if (message.isText()) {
            session.server().publish(topic, message.text());
        } else {
            session.server().publish(topic, message.bytes());
        }
    }
}
