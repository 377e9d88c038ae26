package dev.duplex.cli.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the users of a broadcast know of each other, on whatever lane they are. */
final class Crowd {
    private final Publications publications = new Publications();
    private final AtomicInteger present = new AtomicInteger();
    private final Map<Long, BroadcastUser> senders = new ConcurrentHashMap<>();

    Publications publications() {
        return publications;
    }

    void entered() {
        present.incrementAndGet();
    }

    void left() {
        present.decrementAndGet();
    }

    int present() {
        return present.get();
    }

    void sends(BroadcastUser sender) {
        senders.put(sender.number(), sender);
    }

    /** Everybody has what this one has sent. */
    void completed(long sender, Lane by) {
        BroadcastUser user = senders.get(sender);
        if (user == null) {
            return;
        }
        if (user.lane().equals(by)) {
            user.completed();
        } else {
            user.lane().tell(user::completed);
        }
    }
}
