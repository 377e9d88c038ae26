package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.ConnectTimes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How long the parts of establishing connections took. */
public final class ConnectHistograms {
    private final Histogram lookup = Times.histogram();
    private final Histogram tcp = Times.histogram();
    private final Histogram tls = Times.histogram();
    private final Histogram upgrade = Times.histogram();
    private final Histogram total = Times.histogram();

    void add(ConnectTimes times) {
        Times.record(lookup, times.lookup());
        Times.record(tcp, times.tcp());
        if (times.tls() > 0) {
            Times.record(tls, times.tls());
        }
        Times.record(upgrade, times.upgrade());
        Times.record(total, times.total());
    }

    void addAll(ConnectHistograms other) {
        lookup.add(other.lookup);
        tcp.add(other.tcp);
        tls.add(other.tls);
        upgrade.add(other.upgrade);
        total.add(other.total);
    }

    /** All of it, from beginning to open. */
    Histogram total() {
        return total;
    }

    /** Those that have happened, by name. */
    Map<String, Histogram> parts() {
        Map<String, Histogram> parts = new LinkedHashMap<>();
        parts.put("dns", lookup);
        parts.put("tcp", tcp);
        if (tls.getTotalCount() > 0) {
            parts.put("tls", tls);
        }
        parts.put("upgrade", upgrade);
        parts.put("total", total);
        return parts;
    }
}
