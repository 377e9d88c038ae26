package dev.duplex.cli.echo;

import dev.duplex.server.Message;
import dev.duplex.server.Session;

/** A message kept beyond the call that brought it. */
sealed interface Copy {
    record Text(String text, int size) implements Copy {
        @Override
        public void sendTo(Session session) {
            session.send(text);
        }
    }

    record Binary(byte[] bytes) implements Copy {
        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public void sendTo(Session session) {
            session.send(bytes);
        }
    }

    static Copy of(Message message) {
        return message.isText() ? new Text(message.text(), message.size()) : new Binary(message.bytes());
    }

    /** Payload bytes. */
    int size();

    void sendTo(Session session);
}
