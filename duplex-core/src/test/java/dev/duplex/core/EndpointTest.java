package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that share an endpoint know nothing of each other, wherever each of them stops reading. */
class EndpointTest {
    private final CountingAllocator allocator = new CountingAllocator();
    private final Endpoint endpoint = new Endpoint(Role.SERVER, Limits.DEFAULTS, Delivery.WHOLE, allocator, null);
    private final WebSocketProtocol first = new WebSocketProtocol(endpoint, null);
    private final WebSocketProtocol second = new WebSocketProtocol(endpoint, null);
    private final RecordingSink firstSink = new RecordingSink();
    private final RecordingSink secondSink = new RecordingSink();

    @AfterEach
    void nothingIsKept() {
        first.dispose();
        second.dispose();
        allocator.assertNothingLive();
        firstSink.out.release();
        secondSink.out.release();
    }

    private static void receive(WebSocketProtocol protocol, RecordingSink sink, byte[] wire, int from, int to) {
        ByteBuf in = Unpooled.copiedBuffer(wire, from, to - from);
        protocol.receive(in, sink);
        in.release();
    }

    private static byte[] frames(String... frames) {
        return Wire.from(Role.CLIENT, frames);
    }

    private enum Messages {
        SHORT("81 05 48656c6c6f"),
        NOT_ASCII("81 09 61c3a4e282acc3a4 62"),
        LONG("82 7e0080" + "07".repeat(128)),
        IN_PARTS("01 02 61c3", "89 01 05", "80 01 a4");

        final byte[] wire;

        Messages(String... frames) {
            wire = frames(frames);
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneReadsWhileTheOtherStandsAtAnyByte(Messages messages) {
        byte[] wire = messages.wire;
        receive(second, secondSink, wire, 0, wire.length);
        for (int cut = 0; cut <= wire.length; cut++) {
            receive(first, firstSink, wire, 0, cut);
            receive(second, secondSink, wire, 0, wire.length);
            receive(first, firstSink, wire, cut, wire.length);
        }
        int each = secondSink.events.size() / (wire.length + 2);
        assertThat(firstSink.events).isEqualTo(secondSink.events.subList(each, secondSink.events.size()));
        assertThat(firstSink.events)
                .hasSize(each * (wire.length + 1))
                .noneMatch(event -> event.startsWith("violation"));
    }

    @ParameterizedTest
    @EnumSource
    void oneReadsFromInsideTheOthersMessage(Messages messages) {
        firstSink.onEvent = event -> receive(second, secondSink, messages.wire, 0, messages.wire.length);
        receive(first, firstSink, messages.wire, 0, messages.wire.length);
        assertThat(secondSink.events).startsWith(firstSink.events.toArray(new String[0]));
        assertThat(secondSink.events).hasSize(firstSink.events.size() * firstSink.events.size());
    }

    @ParameterizedTest
    @EnumSource
    void oneThatFailsLeavesNothingBehind(Messages messages) {
        for (String bad : new String[] {"81 03 61c3c3", "81 02 61e2", "01 02 61e2", "83 00", "80 00"}) {
            RecordingSink sink = new RecordingSink();
            WebSocketProtocol failing = new WebSocketProtocol(endpoint, null);
            byte[] wire = frames(bad, "80 01 61");
            receive(failing, sink, wire, 0, wire.length);
            assertThat(failing.state()).as(bad).isEqualTo(CloseState.FAILED);
            failing.dispose();
            sink.out.release();
            firstSink.events.clear();
            receive(first, firstSink, messages.wire, 0, messages.wire.length);
            assertThat(firstSink.events)
                    .as("after %s", bad)
                    .isNotEmpty()
                    .noneMatch(event -> event.startsWith("violation"));
        }
    }
}
