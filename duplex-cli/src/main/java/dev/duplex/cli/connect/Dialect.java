package dev.duplex.cli.connect;

import dev.duplex.client.MessageEvent;
import java.util.function.Consumer;

/** What a protocol on top of WebSocket makes of the messages of one connection. On the thread of the conversation. */
public interface Dialect {
    /** What a message means. */
    sealed interface Heard {
        /** Nothing that concerns a person. */
        record Nothing() implements Heard {}

        /** From now on messages may be sent. */
        record Ready() implements Heard {}

        /** There will be no conversation. */
        record Refused(String why) implements Heard {}

        /** The conversation is over. */
        record Over(String why) implements Heard {}

        /** Something to show. */
        record Said(String line) implements Heard {}
    }

    /**
     * Takes a message.
     *
     * @param reply sends what the protocol owes the server
     */
    Heard heard(MessageEvent message, Consumer<String> reply);
}
