package dev.duplex.cli.connect;

import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketObserver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Sees what is no message. Called on the event loop. */
class Watching implements WebSocketObserver {
    private final BiConsumer<Boolean, byte[]> pingsAndPongs;
    private final Consumer<Duration> roundTrips;

    /**
     * @param pingsAndPongs told of each, with whether it is a ping
     * @param roundTrips told of each that was measured
     */
    Watching(BiConsumer<Boolean, byte[]> pingsAndPongs, Consumer<Duration> roundTrips) {
        this.pingsAndPongs = pingsAndPongs;
        this.roundTrips = roundTrips;
    }

    @Override
    public void onPing(WebSocket socket, ByteBuffer payload) {
        pingsAndPongs.accept(true, copy(payload));
    }

    @Override
    public void onPong(WebSocket socket, ByteBuffer payload) {
        pingsAndPongs.accept(false, copy(payload));
    }

    @Override
    public void onRoundTrip(WebSocket socket, Duration time) {
        roundTrips.accept(time);
    }

    private static byte[] copy(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    /** Sees the wire, too. */
    static final class Wire extends Watching implements WireShow.Tap {
        private final WireShow show;

        Wire(BiConsumer<Boolean, byte[]> pingsAndPongs, Consumer<Duration> roundTrips, WireShow show) {
            super(pingsAndPongs, roundTrips);
            this.show = show;
        }

        @Override
        public WireShow show() {
            return show;
        }
    }
}
