package dev.duplex.socketio.parser;

import org.jspecify.annotations.Nullable;

/** Makes messages of packets, and packets of messages. Both ends have to use the same one. Thread-safe. */
public interface Parser {
    /** Takes the messages of one packet, in their order. */
    interface Output {
        void text(String message);

        void binary(byte[] message);
    }

    /** What comes from one client; called by one thread at a time. */
    interface Decoder {
        /**
         * Takes a text message.
         *
         * @return the packet that is complete with it, or null if more has to come
         * @throws ParseException if it is malformed; nothing is given to this decoder afterwards
         */
        @Nullable
        Packet text(String message) throws ParseException;

        /** Takes a binary message, as {@link #text} does. The array is the decoder's. */
        @Nullable
        Packet binary(byte[] message) throws ParseException;
    }

    /**
     * Makes messages of a packet.
     *
     * @throws IllegalArgumentException if its data cannot be written
     */
    void encode(Packet packet, Output output);

    /**
     * A decoder for a new client.
     *
     * @param maxAttachments most binary messages that may belong to one packet
     */
    Decoder decoder(int maxAttachments);
}
