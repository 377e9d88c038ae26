package dev.duplex.cli.serve;

/** How fast a client is read: a bucket of tokens, one for each message, that holds those of one second. One thread at a time. */
final class MessageRate {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double most;
    private double tokens;
    private long filledAt;

    /**
     * A full bucket.
     *
     * @param perSecond more than 0
     * @param now nanoseconds of a clock that never goes back
     */
    MessageRate(double perSecond, long now) {
        this.perSecond = perSecond;
        this.most = Math.max(1, perSecond);
        this.tokens = most;
        this.filledAt = now;
    }

    /** A message has come; in how many nanoseconds the next may, 0 for at once. */
    long taken(long now) {
        tokens = Math.min(most, tokens + (now - filledAt) / NANOS * perSecond) - 1;
        filledAt = now;
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / perSecond * NANOS);
    }
}
