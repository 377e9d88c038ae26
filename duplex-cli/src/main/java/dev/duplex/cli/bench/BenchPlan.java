package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.transport.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * What is wanted.
 *
 * @param shown the URL as it may be shown
 * @param connections how many
 * @param ramp how many are begun in a second; 0 for all at once
 * @param load when a connection sends
 * @param body what it sends
 * @param anyAnswer whether an answer may be another text than what was sent
 * @param warmup time after the last connection is open and before measuring
 * @param duration time of measuring
 * @param timeout time to wait for answers when that is over
 * @param threads event loops
 * @param from local addresses, which connections take in turn; none for what the system takes
 */
public record BenchPlan(
        LoadTarget target,
        String shown,
        int connections,
        double ramp,
        Load load,
        Body body,
        boolean anyAnswer,
        Duration warmup,
        Duration duration,
        Duration timeout,
        int threads,
        Transport transport,
        List<InetAddress> from) {}
