package dev.duplex.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.core.CloseState;
import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.Violation;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the peer after the opening handshake: the first byte of an input chooses the role, the delivery and
 * the compression, the second one the cut, the rest is on the wire.
 */
class FrameFuzzTest {
    private static final Limits LIMITS =
            Limits.DEFAULTS.withMaxMessageBytes(4096).withMaxFragments(16);

    /** Room for a control frame, and what a growing buffer begins with. */
    private static final int CONSTANT = 1024;

    /** Which of these is found first, in a compressed message that breaks several rules, depends on the cut. */
    private static final Set<Violation> OF_CONTENT =
            EnumSet.of(Violation.TEXT_UTF8, Violation.CORRUPT_DEFLATE, Violation.MESSAGE_TOO_BIG);

    private enum Compression {
        NONE,
        SHARED,
        DEDICATED
    }

    private record Setup(Role role, Delivery delivery, Compression compression) {
        static Setup from(int choice) {
            return new Setup(
                    Role.values()[choice % 2], Delivery.values()[choice / 2 % 2], Compression.values()[choice / 4 % 3]);
        }
    }

    /** What the owner was told, and what the peer was sent. */
    private record Outcome(List<String> events, CloseState state, String sent) {}

    @FuzzTest
    void anyCutGivesTheSameEvents(byte[] input) {
        Choices choices = new Choices(input);
        Setup setup = Setup.from(choices.next(12));
        int seed = choices.next(256);
        byte[] wire = choices.rest();
        Outcome whole = receive(setup, Cuts.whole(wire));
        assertThat(receive(setup, Cuts.byteByByte(wire))).as("byte by byte").isEqualTo(whole);
        assertThat(receive(setup, Cuts.at(wire, seed))).as("in pieces").isEqualTo(whole);
    }

    private static Outcome receive(Setup setup, List<byte[]> pieces) {
        CountingAllocator allocator = new CountingAllocator();
        DeflateResources resources = new DeflateResources(1, new DedicatedCount(1));
        WebSocketProtocol protocol = new WebSocketProtocol(
                setup.role(),
                LIMITS,
                setup.delivery(),
                deflate(setup, resources),
                allocator,
                setup.role().masks() ? keys() : null);
        Sink sink = new Sink();
        long received = 0;
        for (byte[] piece : pieces) {
            ByteBuf in = Unpooled.copiedBuffer(piece);
            protocol.receive(in, sink);
            received += piece.length;
            assertThat(in.readableBytes()).as("bytes left").isZero();
            assertThat(in.refCnt()).isOne();
            in.release();
            // Twice: a buffer that grows doubles.
            assertThat(allocator.liveBytes())
                    .as("bytes held for %d received", received)
                    .isBetween(0L, 2 * received + CONSTANT);
            // What inflates is bounded by the limit instead.
            assertThat(allocator.takePeak())
                    .as("bytes held meanwhile for %d received", received)
                    .isLessThanOrEqualTo(3 * received + 3 * LIMITS.maxMessageBytes() + CONSTANT);
        }
        CloseState state = protocol.state();
        protocol.dispose();
        allocator.assertNothingLive();
        resources.close();
        String sent = ByteBufUtil.hexDump(sink.out);
        sink.out.release();
        return outcome(setup, sink, state, sent);
    }

    private static Outcome outcome(Setup setup, Sink sink, CloseState state, String sent) {
        boolean inPieces = setup.delivery() == Delivery.STREAMED && setup.compression() != Compression.NONE;
        if (inPieces && sink.violation != null && OF_CONTENT.contains(sink.violation)) {
            List<String> events = new ArrayList<>(sink.events);
            events.set(events.size() - 1, "violation of the content");
            return new Outcome(events, state, "");
        }
        return new Outcome(sink.events, state, sent);
    }

    private static @Nullable PerMessageDeflate deflate(Setup setup, DeflateResources resources) {
        return switch (setup.compression()) {
            case NONE -> null;
            case SHARED ->
                new PerMessageDeflate(
                        setup.role(), new DeflateParameters(true, true, 15, 15), DeflateOptions.SHARED, resources);
            case DEDICATED ->
                new PerMessageDeflate(setup.role(), DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED, resources);
        };
    }

    private static IntSupplier keys() {
        int[] next = {0};
        return () -> next[0]++;
    }
}
