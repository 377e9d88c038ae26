package dev.duplex.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * What happened in about a second.
 *
 * @param phase what the bench was doing
 * @param end how long after the beginning of the phase it ended, in seconds
 * @param seconds how long it was
 * @param open connections at its end
 * @param counted what was counted in it
 * @param latency of what was answered in it; empty while nothing is measured
 * @param cpu what the bench itself used
 */
public record Second(
        Phase phase, double end, double seconds, long open, Counters counted, Histogram latency, OwnUsage.Share cpu) {

    /** What a bench does, one after the other. */
    public enum Phase {
        /** Connections are being established; what is open sends already. */
        CONNECT,
        /** All connections are open, and nothing is measured yet. */
        WARMUP,
        /** The measured time. */
        MEASURE,
        /** Nothing is sent any more; what was sent is waited for. */
        DRAIN
    }

    double sentPerSecond() {
        return counted.sent / seconds;
    }

    double receivedPerSecond() {
        return counted.received / seconds;
    }

    /** What went wrong in it. */
    long errors() {
        return counted.failed + counted.lost + counted.wrong;
    }
}
