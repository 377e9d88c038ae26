package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FrameWriterTest {
    private final FrameWriter server = new FrameWriter(null);
    private final FrameWriter client = new FrameWriter(() -> Wire.KEY);
    private final ByteBuf out = Unpooled.buffer(0);

    @Test
    void writesTheExamplesOfTheStandard() { // RFC 6455 §5.7
        ByteBuf hello = Unpooled.copiedBuffer("Hello", StandardCharsets.UTF_8);
        server.write(true, false, Opcode.TEXT, hello, 0, 5, out);
        assertThat(Hex.of(out)).isEqualTo("810548656c6c6f");
        out.clear();
        client.write(true, false, Opcode.TEXT, hello, 0, 5, out);
        assertThat(Hex.of(out)).isEqualTo("818537fa213d7f9f4d5158");
        out.clear();
        server.write(false, false, Opcode.TEXT, hello, 0, 3, out);
        server.write(true, false, Opcode.CONTINUATION, hello, 3, 2, out);
        assertThat(Hex.of(out)).isEqualTo("010348656c" + "80026c6f");
        out.clear();
        client.write(true, false, Opcode.PONG, hello, 0, 5, out);
        assertThat(Hex.of(out)).isEqualTo("8a8537fa213d7f9f4d5158");
    }

    @Test
    void marksACompressedMessage() {
        server.write(true, true, Opcode.BINARY, Hex.buffer("01"), 0, 1, out);
        assertThat(Hex.of(out)).isEqualTo("c20101");
    }

    @Test
    void writesTextCloseAndEmptyFrames() {
        server.writeText("é", out);
        server.writeClose(1001, "é", out);
        server.writeEmpty(Opcode.PING, out);
        assertThat(Hex.of(out)).isEqualTo("8102c3a9" + "880403e9c3a9" + "8900");
        out.clear();
        client.writeText("é", out);
        client.writeClose(1001, "", out);
        client.writeEmpty(Opcode.PING, out);
        assertThat(Hex.of(out)).isEqualTo("818237fa213df453" + "888237fa213d3413" + "898037fa213d");
    }

    @Test
    void leavesTheIndicesOfThePayloadAndWhatTheOutputHeld() {
        ByteBuf payload = Hex.buffer("000102030405").readerIndex(1).writerIndex(2);
        out.writeByte(0xEE);
        client.write(true, false, Opcode.BINARY, payload, 2, 3, out);
        assertThat(Hex.of(out)).isEqualTo("ee" + Hex.of(Wire.masked(Hex.bytes("8203020304"), Wire.KEY)));
        assertThat(payload.readerIndex()).isOne();
        assertThat(payload.writerIndex()).isEqualTo(2);
        assertThat(Hex.of(payload, 0, 6)).as("payload").isEqualTo("000102030405");
    }

    @Property
    void whatIsWrittenIsReadBack(
            @ForAll boolean fin,
            @ForAll boolean rsv1,
            @ForAll @IntRange(max = 15) int opcode,
            @ForAll @IntRange(max = 70_000) int length,
            @ForAll int key,
            @ForAll boolean masks) {
        assertThatIsReadBack(fin, rsv1, opcode, length, key, masks);
    }

    @Test
    void whatIsShortIsReadBackWhateverItsLength() {
        for (int length = 0; length <= 130; length++) {
            assertThatIsReadBack(true, false, Opcode.BINARY, length, Wire.KEY, false);
            assertThatIsReadBack(true, false, Opcode.BINARY, length, Wire.KEY, true);
        }
    }

    private static void assertThatIsReadBack(
            boolean fin, boolean rsv1, int opcode, int length, int key, boolean masks) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 + key);
        }
        ByteBuf wire = Unpooled.buffer();
        new FrameWriter(masks ? () -> key : null)
                .write(fin, rsv1, opcode, Unpooled.wrappedBuffer(payload), 0, length, wire);
        FrameHeader header = new FrameHeader();
        assertThat(header.read(wire)).isTrue();
        assertThat(header.fin).isEqualTo(fin);
        assertThat(header.reservedBits).isEqualTo(rsv1 ? 4 : 0);
        assertThat(header.opcode).isEqualTo(opcode);
        assertThat(header.masked).isEqualTo(masks);
        assertThat(header.payloadLength).isEqualTo(length);
        assertThat(header.lengthBytes).isEqualTo(length < 126 ? 0 : length < 65536 ? 2 : 8);
        byte[] read = new byte[wire.readableBytes()];
        wire.readBytes(read);
        for (int i = 0; masks && i < read.length; i++) {
            read[i] ^= (byte) (key >>> 24 - 8 * (i % 4));
        }
        assertThat(read).isEqualTo(payload);
    }

    @Test
    void isLargerThanWhatHotSpotInlines() {
        StringWriter bytecode = new StringWriter();
        ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
        String classes = System.getProperty("java.class.path");
        assertThat(javap.run(
                        new PrintWriter(bytecode),
                        new PrintWriter(bytecode),
                        "-p",
                        "-c",
                        "-cp",
                        classes,
                        FrameWriter.class.getName()))
                .isZero();
        String write = bytecode.toString().split("void write\\(", -1)[1].split("\\n\\n", -1)[0];
        List<Integer> offsets = Pattern.compile("(?m)^ +(\\d+): [a-z]")
                .matcher(write)
                .results()
                .map(instruction -> Integer.valueOf(instruction.group(1)))
                .toList();
        assertThat(offsets.get(offsets.size() - 1))
                .as("where its last instruction is")
                .isGreaterThan(325);
    }
}
