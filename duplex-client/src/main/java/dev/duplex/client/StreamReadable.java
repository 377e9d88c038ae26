package dev.duplex.client;

import dev.duplex.client.WebSocketStream.Message;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readable side of a {@link WebSocketStream}, by the rules of reactive streams 1.0.4, whose numbers stand beside the
 * code. But for {@link #requested} everything happens in tasks of the stream, one at a time, so that signals are serial
 * (§1.3).
 */
final class StreamReadable implements Flow.Publisher<Message> {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketStream.class);

    /** What the stream does about it; called in a task. */
    interface Owner {
        /** Runs a task behind those that wait. */
        void task(Runnable task);

        /** More may be read; on any thread. */
        void demandGrew();

        void cancelled();
    }

    private final Owner owner;

    /** All that was ever asked for; {@link Long#MAX_VALUE} is without end (§3.17). */
    private final AtomicLong requested = new AtomicLong();

    private @Nullable Subscription current;
    private boolean taken;

    /** What nobody has asked for yet: one message, and on a stream that is cancelled none. */
    private final Queue<Message> waiting = new ArrayDeque<>();

    private boolean ended;
    private @Nullable Throwable failure;

    StreamReadable(Owner owner) {
        this.owner = owner;
    }

    /** How many messages the subscriber has asked for in all; any thread. */
    long requested() {
        return requested.get();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Message> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber"); // §1.9
        owner.task(() -> attach(subscriber));
    }

    private void attach(Flow.Subscriber<? super Message> subscriber) {
        Subscription subscription = new Subscription(subscriber);
        if (taken) {
            // §1.9: onSubscribe comes first even if there is nothing to subscribe to.
            subscription.done = true;
            call(subscription, () -> subscriber.onSubscribe(subscription));
            call(
                    subscription,
                    () -> subscriber.onError(new IllegalStateException(
                            "the messages of a WebSocketStream are for one subscriber, and there was one before")));
            return;
        }
        taken = true;
        current = subscription;
        call(subscription, () -> subscriber.onSubscribe(subscription));
        deliver();
    }

    /** A message has come; in a task. */
    void arrived(Message message) {
        if (!taken || current != null) {
            waiting.add(message);
            deliver();
        }
    }

    /** No message comes any more; in a task. What has come is still delivered as it is asked for. */
    void end(@Nullable Throwable why) {
        ended = true;
        failure = why;
        deliver();
    }

    private void deliver() {
        while (true) {
            Subscription to = current;
            if (to == null) {
                return;
            }
            Message next = to.demand > 0 ? waiting.poll() : null;
            if (next == null) {
                break;
            }
            if (to.demand != Long.MAX_VALUE) {
                to.demand--;
            }
            call(to, () -> to.subscriber.onNext(next));
        }
        if (ended && waiting.isEmpty()) {
            Throwable why = failure;
            finish(why);
        }
    }

    /** §1.4 and §1.5: the last signal, which needs no demand. */
    private void finish(@Nullable Throwable why) {
        Subscription last = current;
        if (last == null) {
            return;
        }
        current = null;
        last.done = true;
        call(last, () -> {
            if (why == null) {
                last.subscriber.onComplete();
            } else {
                last.subscriber.onError(why);
            }
        });
    }

    /** §2.13: a subscriber must not throw. One that does has cancelled. */
    private void call(Subscription to, Runnable signal) {
        try {
            signal.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("The subscriber of a WebSocketStream has failed; its subscription is cancelled", e);
            cancel(to);
        }
    }

    private void cancel(Subscription subscription) {
        if (subscription.done) {
            return; // §3.7
        }
        subscription.done = true;
        current = null; // §3.13
        waiting.clear();
        owner.cancelled();
    }

    private final class Subscription implements Flow.Subscription {
        final Flow.Subscriber<? super Message> subscriber;
        long demand;
        volatile boolean done;

        Subscription(Flow.Subscriber<? super Message> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (done) {
                return; // §3.6
            }
            if (n <= 0) {
                owner.task(() -> refuse(n));
                return;
            }
            owner.task(() -> {
                demand = sum(demand, n);
                deliver();
            });
            requested.accumulateAndGet(n, StreamReadable::sum);
            owner.demandGrew();
        }

        /** §3.9: "must signal onError with a java.lang.IllegalArgumentException if the argument is <= 0". */
        private void refuse(long n) {
            if (current == this) {
                finish(new IllegalArgumentException("request must be of a positive number of messages but was of " + n
                        + " (reactive streams §3.9)"));
                waiting.clear();
                owner.cancelled();
            }
        }

        @Override
        public void cancel() {
            owner.task(() -> StreamReadable.this.cancel(this));
        }
    }

    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
