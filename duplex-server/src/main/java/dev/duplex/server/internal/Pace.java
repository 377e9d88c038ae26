package dev.duplex.server.internal;

import java.util.concurrent.TimeUnit;

/**
 * When each of many things is to be done, so that so many are done a second and none is left when the deadline has come.
 *
 * @param start when the first is due, in nanoseconds of any clock
 * @param perSecond how many a second; 0 for all at once
 * @param deadline when every one is due at the latest, of the same clock
 */
public record Pace(long start, int perSecond, long deadline) {

    /** When number {@code index}, counted from 0, is due. */
    public long due(int index) {
        long later = perSecond <= 0 ? 0 : index * TimeUnit.SECONDS.toNanos(1) / perSecond;
        // Times of System.nanoTime() may be negative and may overflow: only their differences mean anything.
        return start + Math.min(later, deadline - start);
    }
}
