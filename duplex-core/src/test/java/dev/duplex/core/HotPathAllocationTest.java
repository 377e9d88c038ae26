package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading and writing whole frames allocates nothing: counted by the JVM for this thread, so nothing is estimated. */
class HotPathAllocationTest {
    private static final int ROUNDS = 2000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final class SilentSink implements MessageSink {
        final ByteBuf out = Unpooled.buffer(4096, 4096);
        int events;

        @Override
        public void onMessage(boolean text, ByteBuf payload, int index, int length) {
            events++;
        }

        @Override
        public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
            events++;
        }

        @Override
        public void onPing(ByteBuf payload, int index, int length) {
            events++;
        }

        @Override
        public void onPong(ByteBuf payload, int index, int length) {
            events++;
        }

        @Override
        public void onClose(int code, String reason) {
            throw new AssertionError("close " + code);
        }

        @Override
        public void onViolation(Violation violation, String reason) {
            throw new AssertionError(violation);
        }

        @Override
        public ByteBuf out() {
            return out;
        }

        @Override
        public boolean holdsPongs() {
            return false;
        }
    }

    /**
     * Bytes allocated by the rounds, after ten times as many to warm up: while the JVM still compiles, a few hundred bytes
     * are its own. A constant few belong to the counting.
     */
    private long allocated(Runnable round) {
        for (int i = 0; i < 10 * ROUNDS; i++) {
            round.run();
        }
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        return threads.getThreadAllocatedBytes(thread) - before;
    }

    @ParameterizedTest
    @EnumSource
    void readingWholeFramesAllocatesNothing(Role role) {
        SilentSink sink = new SilentSink();
        byte[] wire = Wire.from(
                role.peer(),
                "81 05 48656c6c6f",
                "81 0a 61c3a4e282acf09f9880",
                "82 7e0100" + "00".repeat(256),
                "89 04 01020304",
                "8a 00",
                "01 00",
                "80 01 61");
        ByteBuf in = Unpooled.wrappedBuffer(new byte[wire.length]);
        for (Delivery delivery : Delivery.values()) {
            WebSocketProtocol protocol = new WebSocketProtocol(
                    role, Limits.DEFAULTS, delivery, null, new CountingAllocator(), role.masks() ? () -> 1 : null);
            long bytes = allocated(() -> {
                in.clear().writeBytes(wire);
                sink.out.clear();
                protocol.receive(in, sink);
            });
            assertThat(bytes).as("%s, in %d rounds", delivery, ROUNDS).isLessThan(ROUNDS);
        }
        assertThat(sink.events).isGreaterThanOrEqualTo(2 * 11 * ROUNDS * 6);
    }

    @ParameterizedTest
    @EnumSource
    void writingFramesAllocatesNothing(Role role) {
        WebSocketProtocol protocol = new WebSocketProtocol(
                role, Limits.DEFAULTS, Delivery.WHOLE, null, new CountingAllocator(), role.masks() ? () -> 1 : null);
        ByteBuf out = Unpooled.buffer(4096, 4096);
        ByteBuf payload = Unpooled.wrappedBuffer(new byte[300]);
        long bytes = allocated(() -> {
            out.clear();
            protocol.writeText("Hello", out);
            protocol.writeText("aä€😀", out);
            protocol.writeMessage(false, payload, 0, 300, out);
            protocol.writePart(false, payload, 0, 100, false, out);
            protocol.writePing(payload, 0, 4, out);
            protocol.writePart(false, payload, 100, 200, true, out);
        });
        assertThat(out.readableBytes()).isGreaterThan(600);
        assertThat(bytes).as("in %d rounds", ROUNDS).isLessThan(ROUNDS);
    }
}
