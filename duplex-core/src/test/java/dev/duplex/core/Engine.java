package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection under test. Frames go in and come out as unmasked hex ({@link Wire}); what the role has to
 * mask is masked on the way. Closing it disposes of the protocol and fails if it kept a buffer.
 */
final class Engine implements AutoCloseable {
    final Role role;
    final RecordingSink sink = new RecordingSink();
    final CountingAllocator allocator = new CountingAllocator();
    final WebSocketProtocol protocol;

    private Engine(Role role, Limits limits, Delivery delivery, @Nullable PerMessageDeflate deflate) {
        this.role = role;
        this.protocol = new WebSocketProtocol(
                role, limits, delivery, deflate, allocator, role.masks() ? consecutiveKeys() : null);
    }

    static Engine of(Role role) {
        return new Engine(role, Limits.DEFAULTS, Delivery.WHOLE, null);
    }

    static Engine of(Role role, Limits limits) {
        return new Engine(role, limits, Delivery.WHOLE, null);
    }

    static Engine of(Role role, Limits limits, Delivery delivery, @Nullable PerMessageDeflate deflate) {
        return new Engine(role, limits, delivery, deflate);
    }

    static Engine streamed(Role role) {
        return new Engine(role, Limits.DEFAULTS, Delivery.STREAMED, null);
    }

    /** Keys that differ from frame to frame, beginning with that of RFC 6455's examples. */
    static IntSupplier consecutiveKeys() {
        int[] next = {Wire.KEY};
        return () -> next[0]++;
    }

    /** The peer sends these frames, all in one read. */
    Engine receive(String... unmaskedFrames) {
        return receiveBytes(Wire.from(role.peer(), unmaskedFrames));
    }

    /** The peer sends these frames, each byte a read of its own. */
    Engine receiveByteByByte(String... unmaskedFrames) {
        for (byte b : Wire.from(role.peer(), unmaskedFrames)) {
            receiveBytes(b);
        }
        return this;
    }

    Engine receiveBytes(byte... wire) {
        ByteBuf in = Unpooled.copiedBuffer(wire);
        protocol.receive(in, sink);
        assertThat(in.readableBytes()).as("bytes left by receive").isZero();
        assertThat(in.refCnt()).as("references to the buffer received").isOne();
        in.release();
        return this;
    }

    /** What the sink was called with so far; forgotten by asking. */
    List<String> events() {
        List<String> events = List.copyOf(sink.events);
        sink.events.clear();
        return events;
    }

    /** The frames sent so far, unmasked; forgotten by asking. */
    List<String> sent() {
        return Wire.unmask(role, sentBytes());
    }

    byte[] sentBytes() {
        byte[] bytes = ByteBufUtil.getBytes(sink.out);
        sink.out.clear();
        return bytes;
    }

    CloseState state() {
        return protocol.state();
    }

    /** Asserts that the peer's last bytes were answered by the violation's close frame and by nothing else. */
    void assertFailedWith(Violation violation) {
        assertFailedWith(violation, violation.rule());
    }

    void assertFailedWith(Violation violation, String reason) {
        assertThat(events()).containsExactly("violation " + violation + " \"" + reason + '"');
        assertThat(sent()).containsExactly(Wire.close(violation.closeCode(), reason));
        assertThat(state()).isEqualTo(CloseState.FAILED);
    }

    @Override
    public void close() {
        protocol.dispose();
        allocator.assertNothingLive();
        sink.out.release();
    }
}
