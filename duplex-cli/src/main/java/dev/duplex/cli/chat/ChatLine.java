package dev.duplex.cli.chat;

/** A member's connection, as far as a room needs it. Used under the room's lock: nothing here may block. */
interface ChatLine {
    /** Unique among the connections of the server. */
    String id();

    /** Sends a text to this one. */
    void send(String text);

    /** From now on this one gets what is published on the topic, after everything published before. */
    void follow(String topic);

    /** Sends a text to all who follow the topic, to each in the order of these calls. */
    void publish(String topic, String text);
}
