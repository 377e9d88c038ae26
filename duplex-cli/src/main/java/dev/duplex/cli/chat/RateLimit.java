package dev.duplex.cli.chat;

import java.util.concurrent.TimeUnit;

/** A bucket of tokens, one for each message, that fills with time. One thread at a time. */
final class RateLimit {
    private final int burst;
    private final long nanosPerToken;
    private double tokens;
    private long filledAt;

    /**
     * A full bucket.
     *
     * @param burst how many messages at once
     * @param perSecond how many in the long run
     * @param now nanoseconds of a clock that never goes back
     */
    RateLimit(int burst, int perSecond, long now) {
        this.burst = burst;
        this.nanosPerToken = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.tokens = burst;
        this.filledAt = now;
    }

    /** Whether one more may pass now. */
    boolean pass(long now) {
        tokens = Math.min(burst, tokens + (double) (now - filledAt) / nanosPerToken);
        filledAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }
}
