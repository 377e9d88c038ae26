package dev.duplex.conformance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FrameTest {

    private static String hex(Frame frame) {
        return Hex.of(FrameWriter.bytes(frame));
    }

    @Test
    void takesTheShortestFormOfALengthUnlessToldOtherwise() {
        assertThat(hex(Frame.binary(new byte[125]))).startsWith("827d00");
        assertThat(hex(Frame.binary(new byte[126]))).startsWith("827e007e00");
        assertThat(hex(Frame.binary(new byte[65_535]))).startsWith("827effff00");
        assertThat(hex(Frame.binary(new byte[65_536]))).startsWith("827f000000000001000000");
        assertThat(hex(Frame.text("A").lengthBytes(2))).isEqualTo("817e000141");
        assertThat(hex(Frame.text("A").lengthBytes(8))).isEqualTo("817f000000000000000141");
    }

    @Test
    void writesWhatIsWrong() {
        assertThat(hex(Frame.text("A").reserved(7).more())).isEqualTo("710141");
        assertThat(hex(Frame.text("A").declaring(5))).isEqualTo("810541");
        assertThat(hex(Frame.text("A").declaring(-1).masked(0x01020304))).isEqualTo("81ffffffffffffffffff0102030440");
        assertThat(hex(Frame.close(65_535, new byte[] {(byte) 0xFF}))).isEqualTo("8803ffffff");
    }

    @Test
    void refusesWhatNoBytesCanSay() {
        assertThatThrownBy(() -> Frame.binary(new byte[126]).lengthBytes(0))
                .hasMessage("the length 126 cannot be written with 0 bytes of extended length");
        assertThatThrownBy(() -> Frame.of(16, new byte[0])).hasMessageContaining("opcode of 0 to 15");
    }

    @Test
    void tellsWhatBreaksTheStandard() {
        assertThat(Frame.text("A").faults()).isEmpty();
        assertThat(Frame.close().faults()).isEmpty();
        assertThat(Frame.close(1000, "").faults()).isEmpty();
        assertThat(Frame.of(3, new byte[0]).reserved(Frame.RSV1 | Frame.RSV3).faults())
                .containsExactly(
                        "RSV1+RSV3 set, which only an extension may define (RFC 6455 §5.2)",
                        "reserved opcode (RFC 6455 §5.2)");
        assertThat(Frame.ping(new byte[126]).more().faults())
                .containsExactly(
                        "fragmented control frame (RFC 6455 §5.5)",
                        "control frame of more than 125 bytes (RFC 6455 §5.5)");
        assertThat(Frame.text("A").lengthBytes(8).faults())
                .containsExactly("length not in its shortest form (RFC 6455 §5.2)");
        assertThat(Frame.of(Opcode.CLOSE, new byte[1]).faults())
                .containsExactly("close payload of one byte (RFC 6455 §5.5.1)");
        assertThat(Frame.close(1005, new byte[] {(byte) 0x80}).faults())
                .containsExactly(
                        "close code 1005 must not be sent (RFC 6455 §7.4)",
                        "close reason is not UTF-8 (RFC 6455 §5.5.1)");
    }

    @Test
    void isShownInOneLine() {
        assertThat(List.of(
                        Frame.close(1001, "a\"b\n"),
                        Frame.close(4000, ""),
                        Frame.text(new byte[] {(byte) 0xFF}),
                        Frame.text("A").lengthBytes(2),
                        Frame.of(3, new byte[0]).reserved(Frame.RSV1),
                        Frame.text("A").reserved(Frame.RSV1)))
                .extracting(Frame::toString)
                .containsExactly(
                        "close, 6 bytes, 1001 (going away) \"a\\\"b\\n\"",
                        "close, 2 bytes, 4000",
                        "text, 1 byte, not UTF-8",
                        "text, 1 byte (length written with 2 more bytes), \"A\"",
                        "opcode 3, RSV1, 0 bytes",
                        "text, RSV1, 1 byte");
        assertThat(FrameText.hex(Frame.binary(new byte[40]))).endsWith(" 00 ... 8 more");
        assertThat(Frame.text("é".repeat(300)).toString()).hasSizeLessThan(100).endsWith("...\"");
    }
}
