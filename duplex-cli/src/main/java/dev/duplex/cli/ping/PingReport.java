package dev.duplex.cli.ping;

import java.time.Duration;

/** What is told about pings, while they go and at the end. Called on one thread. */
public interface PingReport {
    /** The connection is open, this long after we have begun. */
    void opened(Duration after);

    void answered(long number, Duration roundTrip);

    /** No answer in time. */
    void lost(long number, Duration waited);

    /** The answer to one that was counted as lost. */
    void late(long number, Duration roundTrip);

    /** All of it; the last call. */
    void statistics(Statistics statistics);

    /**
     * The sum.
     *
     * @param percentiles whether there were enough for percentiles to say something
     */
    record Statistics(
            long sent,
            long answered,
            Duration time,
            double min,
            double mean,
            double max,
            double deviation,
            boolean percentiles,
            double p50,
            double p90,
            double p99) {

        public long lost() {
            return sent - answered;
        }

        /** Of 100. */
        public double lossPercent() {
            return sent == 0 ? 0 : 100.0 * lost() / sent;
        }
    }
}
