package dev.duplex.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.core.CloseCode;
import dev.duplex.core.CloseState;
import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.Violation;
import dev.duplex.core.WebSocketProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The payload of a close frame, beside a reading of RFC 6455 §5.5.1 and §7.4 that shares nothing with the protocol's. */
class CloseFuzzTest {
    private static final int MAX_PAYLOAD = 125;

    @FuzzTest
    void aClosePayloadIsReadAsTheStandardSays(byte[] input) {
        byte[] payload = new Choices(input).bytes(MAX_PAYLOAD);
        Sink sink = new Sink();
        WebSocketProtocol protocol = new WebSocketProtocol(
                Role.CLIENT,
                Limits.DEFAULTS,
                Delivery.WHOLE,
                null,
                Unpooled.EMPTY_BUFFER.alloc(),
                () -> 0); // a key of zeros masks nothing
        ByteBuf in = Unpooled.buffer().writeByte(0x88).writeByte(payload.length).writeBytes(payload);
        protocol.receive(in, sink);
        in.release();

        Violation wrong = wrong(payload);
        if (wrong == null) {
            int code = payload.length == 0 ? CloseCode.NO_STATUS : code(payload);
            String reason =
                    payload.length == 0 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
            assertThat(sink.events).containsExactly("close " + code + " " + reason);
            assertThat(protocol.state()).isEqualTo(CloseState.CLOSED_BY_PEER);
            assertThat(ByteBufUtil.hexDump(sink.out))
                    .isEqualTo(payload.length == 0 ? "888000000000" : String.format("888200000000%04x", code));
        } else {
            assertThat(sink.violation).isEqualTo(wrong);
            assertThat(sink.events).hasSize(1);
            assertThat(protocol.state()).isEqualTo(CloseState.FAILED);
            assertThat(sink.out.getUnsignedShort(6)).isEqualTo(wrong.closeCode());
        }
        protocol.dispose();
        sink.out.release();
    }

    private static int code(byte[] payload) {
        return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    private static @Nullable Violation wrong(byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        if (payload.length == 1) {
            return Violation.CLOSE_PAYLOAD_TOO_SHORT;
        }
        int code = code(payload);
        // RFC 6455 §7.4.1, the registry of §7.4.1's IANA list as it is (1012 to 1014), and §7.4.2.
        boolean defined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
        if (!defined && (code < 3000 || code > 4999)) {
            return Violation.CLOSE_CODE;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, payload.length - 2));
            return null;
        } catch (CharacterCodingException e) {
            return Violation.CLOSE_REASON_UTF8;
        }
    }
}
