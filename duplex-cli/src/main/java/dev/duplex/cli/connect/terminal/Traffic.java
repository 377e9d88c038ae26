package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.ping.RoundTrips;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** What has gone over the connection, in numbers. Any thread. */
final class Traffic {
    private final AtomicLong messagesOut = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final AtomicLong messagesIn = new AtomicLong();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong pingsIn = new AtomicLong();
    private final RoundTrips roundTrips = new RoundTrips();

    void sent(long bytes) {
        messagesOut.incrementAndGet();
        bytesOut.addAndGet(bytes);
    }

    void received(long bytes) {
        messagesIn.incrementAndGet();
        bytesIn.addAndGet(bytes);
    }

    void pinged() {
        pingsIn.incrementAndGet();
    }

    void roundTrip(Duration time) {
        synchronized (roundTrips) {
            roundTrips.add(time);
        }
    }

    /** Some lines of it. */
    String report(String connection, long buffered) {
        StringBuilder report = new StringBuilder(
                connection + "\nsent " + Sizes.counted(messagesOut.get(), "message") + ", " + Sizes.of(bytesOut.get()));
        if (buffered > 0) {
            report.append("; ").append(Sizes.of(buffered)).append(" of it wait for the network");
        }
        report.append("\nreceived ")
                .append(Sizes.counted(messagesIn.get(), "message"))
                .append(", ")
                .append(Sizes.of(bytesIn.get()));
        if (pingsIn.get() > 0) {
            report.append("\nanswered ").append(Sizes.counted(pingsIn.get(), "ping"));
        }
        synchronized (roundTrips) {
            if (roundTrips.count() > 0) {
                report.append(String.format(
                        Locale.ROOT,
                        "%n%s, min/avg/max = %.3f/%.3f/%.3f ms",
                        Sizes.counted(roundTrips.count(), "round trip"),
                        roundTrips.minMillis(),
                        roundTrips.meanMillis(),
                        roundTrips.maxMillis()));
            }
        }
        return report.toString();
    }

    static String clock(Duration time) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }
}
