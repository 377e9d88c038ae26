package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Another implementation as the judge: Netty's codec reads what we write, writes what we read, and refuses as we do. */
class NettyDifferentialTest {
    /** Netty's end of a connection whose frames come from {@code sender}. */
    private static EmbeddedChannel nettyReading(Role sender) {
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(sender.masks())
                .allowMaskMismatch(false)
                .maxFramePayloadLength(1 << 20)
                .closeOnProtocolViolation(false)
                .build();
        return new EmbeddedChannel(new WebSocket13FrameDecoder(config), new Utf8FrameValidator(false));
    }

    private static String describe(WebSocketFrame frame) {
        int opcode = frame instanceof TextWebSocketFrame
                ? 1
                : frame instanceof BinaryWebSocketFrame
                        ? 2
                        : frame instanceof CloseWebSocketFrame
                                ? 8
                                : frame instanceof PingWebSocketFrame
                                        ? 9
                                        : frame instanceof PongWebSocketFrame ? 10 : 0;
        int first = (frame.isFinalFragment() ? 0x80 : 0) | frame.rsv() << 4 | opcode;
        return Wire.frame(first, ByteBufUtil.getBytes(frame.content()));
    }

    private static List<String> framesRead(EmbeddedChannel netty) {
        List<String> frames = new ArrayList<>();
        for (WebSocketFrame frame = netty.readInbound(); frame != null; frame = netty.readInbound()) {
            frames.add(describe(frame));
            frame.release();
        }
        return frames;
    }

    // ------------------------------------------------------------------------------------------ we write, Netty reads

    @Property(tries = 300)
    void nettyReadsWhatWeWrite(
            @ForAll Role writer,
            @ForAll String text,
            @ForAll @Size(max = 300) byte[] binary,
            @ForAll @IntRange(max = 125) int pingLength) {
        EmbeddedChannel netty = nettyReading(writer);
        try (Engine engine = Engine.of(writer)) {
            WebSocketProtocol protocol = engine.protocol;
            ByteBuf out = engine.sink.out;
            ByteBuf payload = Unpooled.wrappedBuffer(binary);
            int half = binary.length / 2;
            protocol.writeText(text, out);
            protocol.writeMessage(false, payload, 0, binary.length, out);
            protocol.writePart(false, payload, 0, half, false, out);
            protocol.writePing(payload, 0, Math.min(pingLength, half), out);
            protocol.writePart(false, payload, half, binary.length - half, true, out);
            protocol.writePong(payload, 0, Math.min(pingLength, half), out);
            protocol.writeClose(4000, "bye", out);
            byte[] wire = engine.sentBytes();
            netty.writeInbound(Unpooled.copiedBuffer(wire));
            assertThat(framesRead(netty)).isEqualTo(Wire.unmask(writer, wire));
        } finally {
            netty.finishAndReleaseAll();
        }
    }

    // ------------------------------------------------------------------------------------------ Netty writes, we read

    @Property(tries = 60)
    void weReadWhatNettyWrites(
            @ForAll Role reader, @ForAll("text") String text, @ForAll @IntRange(max = 140_000) int length) {
        byte[] binary = new byte[length];
        Arrays.fill(binary, (byte) length);
        EmbeddedChannel netty =
                new EmbeddedChannel(new WebSocket13FrameEncoder(reader.peer().masks()));
        try (Engine engine = Engine.of(reader)) {
            int half = binary.length / 2;
            byte[] ping = Arrays.copyOf(binary, Math.min(125, binary.length));
            netty.writeOutbound(
                    new TextWebSocketFrame(text),
                    new BinaryWebSocketFrame(false, 0, Unpooled.copiedBuffer(binary, 0, half)),
                    new PingWebSocketFrame(Unpooled.copiedBuffer(ping)),
                    new ContinuationWebSocketFrame(true, 0, Unpooled.copiedBuffer(binary, half, binary.length - half)),
                    new PongWebSocketFrame(),
                    new CloseWebSocketFrame(1000, "bye"));
            for (ByteBuf bytes = netty.readOutbound(); bytes != null; bytes = netty.readOutbound()) {
                engine.receiveBytes(ByteBufUtil.getBytes(bytes));
                bytes.release();
            }
            assertThat(engine.events())
                    .containsExactly(
                            "text \"" + text + '"',
                            ("ping " + Hex.of(ping)).strip(),
                            ("binary " + Hex.of(binary)).strip(),
                            "pong",
                            "close 1000 \"bye\"");
        } finally {
            netty.finishAndReleaseAll();
        }
    }

    @Provide
    Arbitrary<String> text() {
        return Arbitraries.of("a", "é", "€", "😀", "bcdefghijklmnopq")
                .list()
                .ofMaxSize(40)
                .map(words -> String.join("", words));
    }

    // --------------------------------------------------------------------------------------------------- both refuse

    /**
     * Frames of any kind, one after the other, until one is refused: by both or by neither, and with the same code.
     */
    @Property(tries = 2000)
    void bothRefuseTheSameFrames(@ForAll Role reader, @ForAll("anyFrames") List<AnyFrame> frames) {
        EmbeddedChannel netty = nettyReading(reader.peer());
        try (Engine engine = Engine.of(reader)) {
            for (AnyFrame frame : frames) {
                byte[] wire = frame.wire(reader.peer());
                String ours = ourVerdict(engine, wire);
                String theirs = nettysVerdict(netty, wire);
                if (frame.isCloseWithACodeFrom5000On()) {
                    // Netty takes every code from 3000 on; RFC 6455 §7.4.2 ends the private ones at 4999.
                    assertThat(ours).isEqualTo("refused with 03ea true");
                    return;
                }
                assertThat(ours).as("%s, Netty: %s", frames, theirs).isEqualTo(theirs);
                if (!ours.equals("accepted")) {
                    return;
                }
            }
        } finally {
            netty.finishAndReleaseAll();
        }
    }

    private static String ourVerdict(Engine engine, byte[] wire) {
        engine.receiveBytes(wire);
        List<String> events = engine.events();
        List<String> sent = engine.sent();
        return switch (engine.state()) {
            case OPEN -> "accepted";
            case CLOSED_BY_PEER -> "closed";
            default -> "refused with " + sent.get(sent.size() - 1).substring(6, 10) + " " + (events.size() == 1);
        };
    }

    private static String nettysVerdict(EmbeddedChannel netty, byte[] wire) {
        try {
            netty.writeInbound(Unpooled.copiedBuffer(wire));
        } catch (CorruptedWebSocketFrameException e) {
            framesRead(netty);
            return "refused with %04x true".formatted(e.closeStatus().code());
        }
        return framesRead(netty).stream().anyMatch(frame -> frame.startsWith("88")) ? "closed" : "accepted";
    }

    /** A frame that may break any rule but that of a payload shorter than declared. */
    record AnyFrame(int first, String payload, int lengthBytes, boolean maskedAsItShould) {
        boolean isCloseWithACodeFrom5000On() {
            return first == 0x88 && payload.length() >= 4 && Integer.parseInt(payload.substring(0, 4), 16) >= 5000;
        }

        byte[] wire(Role sender) {
            int n = payload.length() / 2;
            int bytes = lengthBytes == 0 && n > 125 ? 2 : lengthBytes;
            String length = switch (bytes) {
                case 0 -> "%02x".formatted(n);
                case 2 -> "7e%04x".formatted(n);
                default -> "7f%016x".formatted((long) n);
            };
            byte[] frame = Hex.bytes("%02x".formatted(first) + length + payload);
            return sender.masks() == maskedAsItShould ? Wire.masked(frame, Wire.KEY) : frame;
        }
    }

    @Provide
    Arbitrary<List<AnyFrame>> anyFrames() {
        Arbitrary<Integer> firsts = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.of(0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8A, 0x88)),
                Tuple.of(1, Arbitraries.integers().between(0, 255)));
        Arbitrary<String> payloads = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.of("", "61", "c3a9e282acf09f9880")),
                Tuple.of(2, Arbitraries.of("03e8", "03e8616263", "03", "03ed", "03e8ff", "0bb8", "1388", "c3", "a4")),
                Tuple.of(
                        1,
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(200).map(Hex::of)));
        Arbitrary<Integer> lengths =
                Arbitraries.frequencyOf(Tuple.of(20, Arbitraries.just(0)), Tuple.of(1, Arbitraries.of(2, 8)));
        Arbitrary<Boolean> masked =
                Arbitraries.frequencyOf(Tuple.of(20, Arbitraries.just(true)), Tuple.of(1, Arbitraries.just(false)));
        return Combinators.combine(firsts, payloads, lengths, masked)
                .as(AnyFrame::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }
}
