package dev.duplex.cli.serve;

/** What a program has to say to its client, or to one of several. */
sealed interface ProgramMessage {
    /** A text message. */
    record Text(String text) implements ProgramMessage {}

    /** A binary message; nobody changes the bytes any more. */
    record Binary(byte[] bytes) implements ProgramMessage {}

    /** A ping. */
    record Ping(byte[] payload) implements ProgramMessage {}

    /** Something for one client of several. */
    record To(String connection, ProgramMessage message) implements ProgramMessage {}

    /** The end of the session. */
    record Close(int code, String reason) implements ProgramMessage {}
}
