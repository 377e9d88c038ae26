package dev.duplex.cli.connect;

import java.io.IOException;

/** Writes the messages that come, one after the other. May keep what it writes until {@link #flush}. */
public interface MessageWriter {
    /** Writes nothing, where the output is for something else. */
    MessageWriter NONE = (text, message) -> {};

    /**
     * Writes a message.
     *
     * @param text whether it is text; the bytes are then UTF-8
     */
    void write(boolean text, byte[] message) throws IOException;

    /** Lets out what was kept. */
    default void flush() throws IOException {}
}
