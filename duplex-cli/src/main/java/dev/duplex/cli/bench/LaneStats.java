package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.ConnectTimes;
import dev.duplex.transport.CloseEvent;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What one lane counts and measures, on its own thread. */
final class LaneStats {
    /**
     * All that has been counted so far, and the times of what was measured since the last sample was taken.
     *
     * @param latency from the time for which a message was scheduled to its answer
     * @param complete from there until all had it
     * @param lateness how long after its time a message was sent
     */
    record Sample(Counters counters, Histogram latency, Histogram complete, Histogram lateness) {}

    private final Counters counters = new Counters();
    private final Tally failures = new Tally();
    private final Tally closes = new Tally();
    private final ConnectHistograms connects = new ConnectHistograms();
    private @Nullable Failure firstFailure;
    private Histogram latency = Times.histogram();
    private Histogram complete = Times.histogram();
    private Histogram lateness = Times.histogram();

    // What was scheduled from here on and before there is measured.
    private boolean measuring;
    private boolean bounded;
    private long measuredFrom;
    private long measuredUntil;

    Counters counters() {
        return counters;
    }

    Tally failures() {
        return failures;
    }

    Tally closes() {
        return closes;
    }

    /** Why the first connection failed that did, or null. */
    @Nullable
    Failure firstFailure() {
        return firstFailure;
    }

    ConnectHistograms connects() {
        return connects;
    }

    /** Measures what is scheduled from now on, and no more what was before. */
    void measureFrom(long from) {
        measuring = true;
        bounded = false;
        measuredFrom = from;
    }

    void measureUntil(long until) {
        bounded = true;
        measuredUntil = until;
    }

    boolean isMeasured(long scheduled) {
        return measuring && scheduled - measuredFrom >= 0 && !(bounded && scheduled - measuredUntil >= 0);
    }

    void opened(ConnectTimes times) {
        counters.opened++;
        connects.add(times);
    }

    void failed(Failure failure) {
        counters.failed++;
        failures.add(failure.reason());
        if (firstFailure == null) {
            firstFailure = failure;
        }
    }

    void closed(CloseEvent event, boolean lost) {
        counters.closed++;
        if (lost) {
            counters.lost++;
        }
        closes.add(Closes.name(event, lost));
    }

    void sent(int bytes) {
        counters.sent++;
        counters.sentBytes += bytes;
    }

    void late(long scheduled, long now) {
        if (isMeasured(scheduled)) {
            Times.record(lateness, now - scheduled);
        }
    }

    void received(int bytes) {
        counters.received++;
        counters.receivedBytes += bytes;
    }

    void answered(long scheduled, long now) {
        counters.answered++;
        if (isMeasured(scheduled)) {
            Times.record(latency, now - scheduled);
        }
    }

    /** Something that nobody has asked for took so long, until now. */
    void took(long nanos, long now) {
        counters.answered++;
        if (isMeasured(now)) {
            Times.record(latency, nanos);
        }
    }

    void completed(long scheduled, long now) {
        if (isMeasured(scheduled)) {
            Times.record(complete, now - scheduled);
        }
    }

    /** Takes what has been measured, so that measuring goes on from nothing. */
    Sample take() {
        Sample sample = new Sample(counters.copy(), latency, complete, lateness);
        latency = Times.histogram();
        complete = Times.histogram();
        lateness = Times.histogram();
        return sample;
    }
}
