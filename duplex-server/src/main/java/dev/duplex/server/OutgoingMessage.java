package dev.duplex.server;

import dev.duplex.transport.SendResult;
import java.nio.ByteBuffer;

/**
 * A message sent in parts, so that it need never be in memory as a whole. Messages that others send on the session in
 * between follow after its end. One thread at a time.
 */
public interface OutgoingMessage extends AutoCloseable {
    /**
     * Sends a part: for text, UTF-8 that may end within a character as long as the next part continues it.
     *
     * @return QUEUED: sent, but wait for {@link WebSocketHandler#onDrain} before the next one. DROPPED: too much waits,
     *     the part was not taken; offer it again after {@code onDrain}
     * @throws IllegalStateException after {@link #close}
     */
    SendResult write(ByteBuffer part);

    /** Ends the message: always, however much waits, once a part of it was taken. Without effect the second time. */
    @Override
    void close();
}
