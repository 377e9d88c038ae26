package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Listens. Where messages say when they were sent, how long they took is told by the clocks of both machines. */
final class PushUser extends User {
    PushUser(Lane lane, long number) {
        super(lane, number);
    }

    @Override
    void begin(LoadSocket opened) {}

    @Override
    public void message(LoadSocket of, Incoming message, long now) {
        super.message(of, message, now);
        if (lane().plan().matching() instanceof Matching.ByNumber byNumber) {
            Instant arrived = Instant.now();
            Optional<Instant> sent = byNumber.at().time(message.copy());
            if (sent.isPresent()) {
                lane().stats().took(Duration.between(sent.get(), arrived).toNanos(), now);
            } else {
                lane().stats().counters().unasked++;
            }
        }
    }
}
