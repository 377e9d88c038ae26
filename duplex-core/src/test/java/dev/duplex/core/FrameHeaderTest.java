package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FrameHeaderTest {
    private final FrameHeader header = new FrameHeader();

    private static String read(FrameHeader header, ByteBuf in) {
        return header.read(in) ? describe(header) : "incomplete";
    }

    private static String describe(FrameHeader header) {
        return "%s rsv=%d opcode=%d %s key=%08x %d bytes of length=%d"
                .formatted(
                        header.fin ? "fin" : "more",
                        header.reservedBits,
                        header.opcode,
                        header.masked ? "masked" : "plain",
                        header.maskingKey,
                        header.lengthBytes,
                        header.payloadLength);
    }

    @Test
    void readsTheExamplesOfTheStandard() { // RFC 6455 §5.7
        assertThat(read(header, Hex.buffer("8105")))
                .isEqualTo("fin rsv=0 opcode=1 plain key=00000000 0 bytes of length=5");
        assertThat(read(header, Hex.buffer("8185 37fa213d")))
                .isEqualTo("fin rsv=0 opcode=1 masked key=37fa213d 0 bytes of length=5");
        assertThat(read(header, Hex.buffer("0103")))
                .isEqualTo("more rsv=0 opcode=1 plain key=00000000 0 bytes of length=3");
        assertThat(read(header, Hex.buffer("827e0100")))
                .isEqualTo("fin rsv=0 opcode=2 plain key=00000000 2 bytes of length=256");
        assertThat(read(header, Hex.buffer("827f0000000000010000")))
                .isEqualTo("fin rsv=0 opcode=2 plain key=00000000 8 bytes of length=65536");
    }

    @Test
    void tellsEveryBitAndEnforcesNothing() {
        assertThat(read(header, Hex.buffer("7fff ffffffffffffffff ffffffff")))
                .isEqualTo("more rsv=7 opcode=15 masked key=ffffffff 8 bytes of length=-1");
        assertThat(read(header, Hex.buffer("c27e0001")))
                .startsWith("fin rsv=4 ")
                .endsWith(" 2 bytes of length=1");
        assertThat(read(header, Hex.buffer("a200"))).startsWith("fin rsv=2 ");
        assertThat(read(header, Hex.buffer("9200"))).startsWith("fin rsv=1 ");
        assertThat(read(header, Hex.buffer("827f8000000000000000"))).endsWith("length=-9223372036854775808");
        assertThat(read(header, Hex.buffer("827f7fffffffffffffff"))).endsWith("length=9223372036854775807");
    }

    @Test
    void leavesWhatFollowsTheHeader() {
        ByteBuf in = Hex.buffer("8185 37fa213d 01020304");
        assertThat(header.read(in)).isTrue();
        assertThat(in.readableBytes()).isEqualTo(4);
    }

    @Test
    void takesThePiecesOfAHeaderAndKeepsNothingOfItForTheNext() {
        assertThat(read(header, Hex.buffer(""))).isEqualTo("incomplete");
        for (String octet : "82 ff 01 02 03 04 05 06 07 08 f1 f2 f3".split(" ")) {
            ByteBuf in = Hex.buffer(octet);
            assertThat(read(header, in)).isEqualTo("incomplete");
            assertThat(in.isReadable()).isFalse();
        }
        ByteBuf in = Hex.buffer("f4 00");
        assertThat(read(header, in))
                .isEqualTo("fin rsv=0 opcode=2 masked key=f1f2f3f4 8 bytes of length=72623859790382856");
        assertThat(in.readableBytes()).isOne();
        assertThat(read(header, Hex.buffer("01"))).isEqualTo("incomplete");
        assertThat(read(header, Hex.buffer("00")))
                .isEqualTo("more rsv=0 opcode=1 plain key=00000000 0 bytes of length=0");
    }

    @Property
    void anySplitOfTwoHeadersReadsTheSame(
            @ForAll byte first,
            @ForAll byte second,
            @ForAll long length,
            @ForAll int key,
            @ForAll @IntRange(max = 28) int cut,
            @ForAll @IntRange(max = 28) int otherCut) {
        ByteBuf one = header(first, second, length, key);
        ByteBuf wire = Unpooled.copiedBuffer(one, one);
        String expected = expected(first, second, length, key);
        assertThat(read(new FrameHeader(), one)).isEqualTo(expected);

        int a = Math.min(Math.min(cut, otherCut), wire.readableBytes());
        int b = Math.min(Math.max(cut, otherCut), wire.readableBytes());
        ByteBuf[] pieces = {wire.slice(0, a), wire.slice(a, b - a), wire.slice(b, wire.readableBytes() - b)};
        FrameHeader split = new FrameHeader();
        int read = 0;
        for (ByteBuf piece : pieces) {
            while (piece.isReadable()) {
                if (split.read(piece)) {
                    assertThat(describe(split)).isEqualTo(expected);
                    read++;
                }
            }
        }
        assertThat(read).isEqualTo(2);
    }

    private static ByteBuf header(byte first, byte second, long length, int key) {
        ByteBuffer bytes = ByteBuffer.allocate(14).put(first).put(second);
        if ((second & 0x7F) == 126) {
            bytes.putShort((short) length);
        } else if ((second & 0x7F) == 127) {
            bytes.putLong(length);
        }
        if (second < 0) {
            bytes.putInt(key);
        }
        return Unpooled.wrappedBuffer(bytes.flip());
    }

    private static String expected(byte first, byte second, long length, int key) {
        int length7 = second & 0x7F;
        return "%s rsv=%d opcode=%d %s key=%08x %d bytes of length=%d"
                .formatted(
                        first < 0 ? "fin" : "more",
                        (first & 0x70) >> 4,
                        first & 0x0F,
                        second < 0 ? "masked" : "plain",
                        second < 0 ? key : 0,
                        length7 == 126 ? 2 : length7 == 127 ? 8 : 0,
                        length7 == 126 ? length & 0xFFFF : length7 == 127 ? length : length7);
    }
}
