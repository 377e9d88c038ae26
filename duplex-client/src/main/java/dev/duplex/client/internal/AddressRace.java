package dev.duplex.client.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * "Happy Eyeballs" (RFC 8305): tries the addresses of a host one after the other, without waiting long for one that does
 * not answer. The first that connects is taken, what else has begun is closed. Everything happens on one event loop.
 */
final class AddressRace {
    /** "Connection Attempt Delay", RFC 8305 §5: "a default value of 250 milliseconds". */
    static final long DELAY_MILLIS = 250;

    /** Told how it ended, once. */
    interface Outcome {
        /**
         * An address has connected.
         *
         * @param leave to be run when the connection is no longer CONNECTING
         */
        void connected(Channel channel, Runnable leave);

        /** None has; why not, by address. */
        void failed(Map<SocketAddress, Throwable> causes);
    }

    private final EventLoop loop;
    private final ConnectingQueue queue;
    private final List<? extends SocketAddress> addresses;
    private final Function<SocketAddress, ChannelFuture> dial;
    private final Outcome outcome;

    private final Map<SocketAddress, Throwable> failures = new LinkedHashMap<>();
    private final Set<Channel> dialing = new HashSet<>();
    private int begun;
    private @Nullable Future<?> delay;
    private boolean over;

    AddressRace(
            EventLoop loop,
            ConnectingQueue queue,
            List<? extends SocketAddress> addresses,
            Function<SocketAddress, ChannelFuture> dial,
            Outcome outcome) {
        this.loop = loop;
        this.queue = queue;
        this.addresses = List.copyOf(addresses);
        this.dial = dial;
        this.outcome = outcome;
    }

    /** RFC 8305 §4: the families take turns, IPv6 first; within one the resolver's order stands. */
    static List<InetAddress> sorted(List<InetAddress> resolved) {
        List<InetAddress> four = new ArrayList<>();
        List<InetAddress> six = new ArrayList<>();
        for (InetAddress address : resolved) {
            (address instanceof Inet4Address ? four : six).add(address);
        }
        List<InetAddress> sorted = new ArrayList<>(resolved.size());
        for (int i = 0; i < Math.max(four.size(), six.size()); i++) {
            if (i < six.size()) {
                sorted.add(six.get(i));
            }
            if (i < four.size()) {
                sorted.add(four.get(i));
            }
        }
        return sorted;
    }

    void start() {
        beginNext();
    }

    /** Closes what has begun; the outcome is not told. */
    void cancel() {
        over = true;
        stopDelay();
        List.copyOf(dialing).forEach(Channel::close);
    }

    private void beginNext() {
        stopDelay();
        if (over || begun == addresses.size()) {
            return;
        }
        SocketAddress address = addresses.get(begun++);
        if (begun < addresses.size()) {
            delay = loop.schedule(this::beginNext, DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
        // Another thread may be the one that leaves.
        queue.enter(address, () -> loop.execute(() -> dial(address)));
    }

    private void stopDelay() {
        if (delay != null) {
            delay.cancel(false);
            delay = null;
        }
    }

    private void dial(SocketAddress address) {
        if (over) {
            queue.leave(address);
            return;
        }
        ChannelFuture connecting;
        try {
            connecting = dial.apply(address);
        } catch (RuntimeException e) {
            queue.leave(address);
            failed(address, e);
            return;
        }
        dialing.add(connecting.channel());
        connecting.addListener(done -> {
            dialing.remove(connecting.channel());
            if (over) {
                connecting.channel().close();
                queue.leave(address);
            } else if (done.isSuccess()) {
                cancel();
                outcome.connected(connecting.channel(), () -> queue.leave(address));
            } else {
                queue.leave(address);
                failed(address, done.cause());
            }
        });
    }

    private void failed(SocketAddress address, Throwable cause) {
        failures.put(address, cause);
        if (failures.size() == addresses.size()) {
            over = true;
            outcome.failed(failures);
        } else {
            beginNext(); // RFC 8305 §5: at once
        }
    }
}
