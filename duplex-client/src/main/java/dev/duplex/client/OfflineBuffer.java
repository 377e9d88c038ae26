package dev.duplex.client;

import dev.duplex.client.ReconnectingWebSocket.Overflow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Messages that wait for a connection, within bounds. Not thread-safe. */
final class OfflineBuffer {
    private final int maxMessages;
    private final long maxBytes;
    private final Overflow overflow;
    private final Deque<Message> messages = new ArrayDeque<>();
    private long bytes;

    /** @param data a String, a byte array or a Blob */
    record Message(Object data, long bytes) {}

    /** @param taken whether the new one waits; if not, nothing was dropped for it */
    record Outcome(boolean taken, List<Object> dropped) {}

    OfflineBuffer(int maxMessages, long maxBytes, Overflow overflow) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.overflow = overflow;
    }

    Outcome offer(Message message) {
        boolean fits = messages.size() < maxMessages && bytes + message.bytes() <= maxBytes;
        boolean fitsAlone = maxMessages > 0 && message.bytes() <= maxBytes;
        if (!fits && (overflow == Overflow.DROP_NEWEST || !fitsAlone)) {
            return new Outcome(false, List.of());
        }
        List<Object> dropped = new ArrayList<>();
        while (messages.size() >= maxMessages || bytes + message.bytes() > maxBytes) {
            dropped.add(remove().data());
        }
        messages.add(message);
        bytes += message.bytes();
        return new Outcome(true, dropped);
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** The oldest of those that wait. */
    Message remove() {
        Message oldest = messages.remove();
        bytes -= oldest.bytes();
        return oldest;
    }
}
