package dev.duplex.conformance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final FrameReader reader = new FrameReader(1000);

    private static List<String> lines(List<Frame> frames) {
        return frames.stream().map(FrameText::line).toList();
    }

    @Test
    void readsTheExamplesOfTheStandard() { // RFC 6455 §5.7
        assertThat(lines(reader.read(Hex.bytes("810548656c6c6f 818537fa213d7f9f4d5158 010348656c 80026c6f"
                        + "890548656c6c6f 8a8537fa213d7f9f4d5158"))))
                .containsExactly(
                        "text, 5 bytes, \"Hello\"   81 05 | 48 65 6c 6c 6f",
                        "text, masked 37fa213d, 5 bytes, \"Hello\"   81 85 | 37 fa 21 3d | 7f 9f 4d 51 58",
                        "text, more follow, 3 bytes, \"Hel\"   01 03 | 48 65 6c",
                        "continuation, 2 bytes, \"lo\"   80 02 | 6c 6f",
                        "ping, 5 bytes, \"Hello\"   89 05 | 48 65 6c 6c 6f",
                        "pong, masked 37fa213d, 5 bytes, \"Hello\"   8a 85 | 37 fa 21 3d | 7f 9f 4d 51 58");
    }

    @Test
    void readsTheSameFramesHoweverTheirBytesAreCut() {
        byte[] bytes = Hex.bytes("8900 818537fa213d7f9f4d5158 827e0003010203 0180000102ff 827f000000000000000102 8800");
        List<String> whole = lines(new FrameReader(1000).read(bytes));
        assertThat(whole).hasSize(6);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                FrameReader cut = new FrameReader(1000);
                List<Frame> frames = new ArrayList<>(cut.read(bytes, 0, first));
                frames.addAll(cut.read(bytes, first, second - first));
                frames.addAll(cut.read(bytes, second, bytes.length - second));
                assertThat(lines(frames)).as("cut at %d and %d", first, second).isEqualTo(whole);
            }
        }
    }

    @Test
    void readsBackWhatIsWritten() {
        for (Frame frame : List.of(
                Frame.text("Grüße"),
                Frame.binary(new byte[126]).masked(0x01020304),
                Frame.binary(new byte[700]).lengthBytes(8),
                Frame.ping("x").more().reserved(Frame.RSV2).lengthBytes(2),
                Frame.of(0xF, new byte[0]).masked(0),
                Frame.close(4999, "bye").masked(-1))) {
            assertThat(new FrameReader(1000).read(FrameWriter.bytes(frame)))
                    .singleElement()
                    .usingRecursiveComparison()
                    .isEqualTo(frame);
        }
    }

    @Test
    void tellsWhatCameOfAFrameThatIsNotComplete() {
        assertThat(reader.read(Hex.bytes("81"))).isEmpty();
        assertThat(reader.unfinished()).isEmpty();
        assertThat(reader.unfinishedBytes()).isEqualTo(1);
        assertThat(reader.read(Hex.bytes("05 48"))).isEmpty();
        assertThat(reader.unfinishedBytes()).isEqualTo(3);
        assertThat(reader.unfinished().map(Frame::toString)).contains("text, 1 of 5 bytes, \"H\"");
    }

    @Test
    void keepsNoMoreOfAPayloadThanItIsTold() {
        FrameReader small = new FrameReader(4);
        List<Frame> frames = small.read(Hex.bytes("8206 010203040506 8101 41"));
        assertThat(lines(frames))
                .containsExactly("binary, 4 of 6 bytes   82 06 | 01 02 03 04", "text, 1 byte, \"A\"   81 01 | 41");
    }

    @Test
    void findsNoEndOfAFrameWhoseLengthHasTheMostSignificantBit() {
        assertThat(reader.read(Hex.bytes("827f8000000000000005 0102030405 810141")))
                .isEmpty();
        assertThat(reader.unfinished().map(Frame::faults))
                .hasValueSatisfying(faults ->
                        assertThat(faults).containsExactly("most significant bit of the length set (RFC 6455 §5.2)"));
    }
}
