package dev.duplex.cli.bench;

/** What is counted; of one lane, of all, or of a piece of time. Not thread-safe. */
public final class Counters {
    /** Connections: begun, open at some time, never open, and gone although we wanted them. */
    long begun;

    public long opened;
    long failed;
    long lost;

    /** All connections that have been open and are not any more. */
    long closed;

    /** Messages and their payload. */
    long sent;

    long sentBytes;
    long received;
    long receivedBytes;

    /** Messages that were answered, that were answered with something else, and answers to nothing. */
    long answered;

    long wrong;
    long unasked;

    Counters copy() {
        Counters copy = new Counters();
        copy.add(this, 1);
        return copy;
    }

    void add(Counters other) {
        add(other, 1);
    }

    /** What has been counted since then. */
    Counters since(Counters before) {
        Counters difference = copy();
        difference.add(before, -1);
        return difference;
    }

    private void add(Counters other, int sign) {
        begun += sign * other.begun;
        opened += sign * other.opened;
        failed += sign * other.failed;
        lost += sign * other.lost;
        closed += sign * other.closed;
        sent += sign * other.sent;
        sentBytes += sign * other.sentBytes;
        received += sign * other.received;
        receivedBytes += sign * other.receivedBytes;
        answered += sign * other.answered;
        wrong += sign * other.wrong;
        unasked += sign * other.unasked;
    }

    /** Connections that are open. */
    long open() {
        return opened - closed;
    }
}
