package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.transport.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted.
 *
 * @param shown the URL as it may be shown
 * @param connections how many; with {@code step}, how many at most
 * @param ramp how many are begun in a second; 0 for all at once
 * @param load when a connection sends
 * @param body what it sends
 * @param matching how answers are known
 * @param anyAnswer whether an answer may be another text than what was sent
 * @param senders how many connections send in a broadcast
 * @param hello what each connection sends first, or null
 * @param warmup time after the last connection is open and before measuring
 * @param duration time of measuring
 * @param timeout time to wait for answers when that is over
 * @param step how the number of connections is searched for, or null for a run with all of them
 * @param threads event loops
 * @param from local addresses, which connections take in turn; none for what the system takes
 * @param pid the server's process, or 0
 * @param thresholds what must hold
 */
public record BenchPlan(
        LoadTarget target,
        String shown,
        Scenario scenario,
        int connections,
        double ramp,
        Load load,
        Body body,
        Matching matching,
        boolean anyAnswer,
        int senders,
        @Nullable String hello,
        Duration warmup,
        Duration duration,
        Duration timeout,
        @Nullable Step step,
        int threads,
        Transport transport,
        List<InetAddress> from,
        long pid,
        List<Threshold> thresholds) {

    /**
     * More and more connections, until it is too much for the server.
     *
     * @param connections how many are added each time
     * @param p95 within which 95 of 100 messages have to be answered
     */
    public record Step(int connections, Duration p95) {}
}
