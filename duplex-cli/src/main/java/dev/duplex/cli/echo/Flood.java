package dev.duplex.cli.echo;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Query;
import dev.duplex.server.Session;
import dev.duplex.transport.SendResult;

/**
 * Sends {@code n} messages of {@code size} bytes as fast as the peer takes them: after QUEUED it waits for the drain
 * event, so no more than one message more than the network holds is ever in memory. Runs on an executor, as it would
 * keep an event loop from its other sessions.
 */
final class Flood extends Echo {
    private static final int DEFAULT_COUNT = 1000;
    private static final int MAX_COUNT = 1_000_000;
    private static final int DEFAULT_SIZE = 64;
    private static final int MAX_SIZE = 1024 * 1024;
    private static final long MAX_TOTAL = 1L << 30;

    private final int count;
    private final int size;
    private int sent;

    Flood(Query query) {
        this.count = query.integer("n", DEFAULT_COUNT, 0, MAX_COUNT);
        this.size = query.integer("size", DEFAULT_SIZE, 0, MAX_SIZE);
        if ((long) count * size > MAX_TOTAL) {
            throw new BadRequestException(
                    "expected n times size of at most " + MAX_TOTAL + " bytes but got " + (long) count * size);
        }
    }

    @Override
    public void onOpen(Session session) {
        pump(session);
    }

    @Override
    public void onDrain(Session session) {
        pump(session);
    }

    private void pump(Session session) {
        SendResult result = SendResult.SENT;
        while (sent < count && result == SendResult.SENT) {
            result = session.send(message(sent + 1, size));
            if (result.isAccepted()) {
                sent++;
            }
        }
    }

    /** The number of the message, and dots up to the size; of a number that is too long, the beginning. */
    static String message(int number, int size) {
        String digits = Integer.toString(number);
        return digits.length() >= size ? digits.substring(0, size) : digits + ".".repeat(size - digits.length());
    }
}
