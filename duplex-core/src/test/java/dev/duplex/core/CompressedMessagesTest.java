package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link WebSocketProtocol} with permessage-deflate (RFC 7692), once for each role. */
@ParameterizedClass
@EnumSource(Role.class)
class CompressedMessagesTest {
    /** "Hello" as the standard compresses it: RFC 7692 §7.2.3.1. */
    private static final String HELLO = "f248cdc9c90700";

    /** The second "Hello" of a connection with context takeover: RFC 7692 §7.2.3.2. */
    private static final String HELLO_AGAIN = "f200110000";

    @Parameter
    Role role;

    private final Deflating deflating = new Deflating();
    private Engine engine;

    @BeforeEach
    void openConnection() {
        engine = Engine.of(role, Limits.DEFAULTS, Delivery.WHOLE, deflating.withoutTakeover(role));
    }

    @AfterEach
    void nothingIsLeft() {
        engine.close();
        deflating.close();
    }

    private Engine reopen(Limits limits, Delivery delivery, PerMessageDeflate deflate) {
        engine.close();
        engine = Engine.of(role, limits, delivery, deflate);
        return engine;
    }

    private Engine withTakeover() {
        return reopen(Limits.DEFAULTS, Delivery.WHOLE, deflating.withTakeover(role));
    }

    /** The payload of a message that inflates to these bytes. */
    private String deflated(byte[] bytes) {
        ByteBuf out = Unpooled.buffer();
        boolean smaller = deflating.withoutTakeover(role).deflate(Unpooled.wrappedBuffer(bytes), 0, bytes.length, out);
        assertThat(smaller).as("shrinks").isTrue();
        return Hex.of(out);
    }

    @Nested
    class Receiving {
        @Test
        void inflatesTheExamplesOfTheStandard() { // RFC 7692 §7.2.3
            engine.receive("c1 07" + HELLO);
            engine.receive("41 03 f248cd", "80 04 c9c90700");
            engine.receive("c1 0b 000500faff48656c6c6f00");
            engine.receive("c1 08 f348cdc9c9070000");
            engine.receive("c1 0d f248050000 00ffffcac9c90700");
            assertThat(engine.events()).hasSize(5).containsOnly("text \"Hello\"");
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void inflatesEmptyMessages() {
            engine.receive("c1 01 00", "c2 01 00", "41 00", "80 01 00");
            assertThat(engine.events()).containsExactly("text \"\"", "binary", "text \"\"");
        }

        @Test
        void keepsTheWindowWhereThatWasAgreed() {
            withTakeover().receive("c1 07" + HELLO, "c1 05" + HELLO_AGAIN);
            assertThat(engine.events()).containsExactly("text \"Hello\"", "text \"Hello\"");
        }

        @Test
        void forgetsTheWindowWhereThatWasAgreed() {
            engine.receive("c1 07" + HELLO);
            assertThat(engine.events()).containsExactly("text \"Hello\"");
            engine.receive("c1 05" + HELLO_AGAIN);
            engine.assertFailedWith(Violation.CORRUPT_DEFLATE);
        }

        @Test
        void acceptsMessagesThatAreNotCompressed() {
            engine.receive("81 01 61", "c1 07" + HELLO, "02 01 01", "80 01 02");
            assertThat(engine.events()).containsExactly("text \"a\"", "text \"Hello\"", "binary 0102");
        }

        @Test
        void inflatesByteByByteWithControlFramesBetween() {
            engine.receiveByteByByte("41 03 f248cd", "89 01 01", "00 00", "80 04 c9c90700");
            assertThat(engine.events()).containsExactly("ping 01", "text \"Hello\"");
            assertThat(engine.sent()).containsExactly("8a 01 01");
        }

        @ParameterizedTest
        @ValueSource(strings = {"c8 02 03e8", "c9 00", "ca 00", "e1 00", "d1 00", "f1 00", "a1 00"})
        void refusesOtherReservedBits(String frame) {
            engine.receive(frame);
            engine.assertFailedWith(Violation.RESERVED_BITS);
        }

        @ParameterizedTest
        @ValueSource(strings = {"41 01 f2", "01 01 61"})
        void refusesRsv1OnAContinuation(String first) {
            engine.receive(first, "c0 01 48");
            engine.assertFailedWith(Violation.RESERVED_BITS);
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @ParameterizedTest
        @ValueSource(strings = {"c1 01 ff", "c1 00", "c1 03 f248cd", "c2 05" + HELLO_AGAIN})
        void refusesWhatDoesNotInflate(String frame) {
            engine.receive(frame);
            engine.assertFailedWith(Violation.CORRUPT_DEFLATE);
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void refusesInflatedTextThatIsNotUtf8() {
            byte[] text = "a".repeat(100).getBytes(UTF_8);
            text[50] = (byte) 0xFF;
            engine.receive(Wire.frame(0xC1, Hex.bytes(deflated(text))));
            engine.assertFailedWith(Violation.TEXT_UTF8);
        }

        @Test
        void refusesInflatedTextThatEndsInsideACharacter() {
            byte[] text = ("a".repeat(100) + "é").getBytes(UTF_8);
            engine.receive(Wire.frame(0xC1, Hex.bytes(deflated(Arrays.copyOf(text, 101)))));
            engine.assertFailedWith(Violation.TEXT_UTF8);
        }

        @Test
        void inflatesExactlyTheLimitAndNotAByteMore() {
            Limits limits = Limits.DEFAULTS.withMaxMessageBytes(100_000);
            for (Delivery delivery : Delivery.values()) {
                reopen(limits, delivery, deflating.withoutTakeover(role))
                        .receive(Wire.frame(0xC2, Hex.bytes(deflated(new byte[100_000]))));
                assertThat(engine.events()).singleElement().asString().endsWith("binary " + "00".repeat(100_000));
                engine.receive(Wire.frame(0xC2, Hex.bytes(deflated(new byte[100_001]))));
                engine.assertFailedWith(
                        Violation.MESSAGE_TOO_BIG, "message larger than 100000 bytes (maxMessageBytes)");
            }
        }

        @Test
        void takesWhatDoesNotShrinkInTheSmallestBlocksOfZlib() { // window of 9 bits, memLevel 4
            int size = 100_000;
            ByteBuf payload = Unpooled.buffer();
            for (int from = 0; from < size; from += 97) {
                int length = Math.min(97, size - from);
                // RFC 1951 §3.2.4: a stored block, its length and the complement of that.
                payload.writeByte(0).writeShortLE(length).writeShortLE(~length).writeZero(length);
            }
            payload.writeByte(0); // RFC 7692 §7.2.1: an empty stored block without its last four bytes
            reopen(Limits.DEFAULTS.withMaxMessageBytes(size), Delivery.WHOLE, deflating.withoutTakeover(role))
                    .receive(Wire.frame(0xC2, Hex.bytes(Hex.of(payload))));
            assertThat(engine.events()).singleElement().asString().endsWith("binary " + "00".repeat(size));
        }

        @Test
        void memoryOfABombEndsAtTheLimit() {
            byte[] bomb = Hex.bytes(deflated(new byte[20_000_000]));
            reopen(Limits.DEFAULTS.withMaxMessageBytes(100_000), Delivery.WHOLE, deflating.withoutTakeover(role))
                    .receive(Wire.frame(0xC2, bomb));
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 100000 bytes (maxMessageBytes)");
            // Growing a buffer holds the old and the new one for a moment.
            assertThat(engine.allocator.peakBytes()).isLessThan(3 * 100_000 + bomb.length);
        }

        @Test
        void refusesADeclaredSizeThatCannotInflateToLessThanTheLimit() {
            reopen(Limits.DEFAULTS.withMaxMessageBytes(10_000), Delivery.WHOLE, deflating.withoutTakeover(role))
                    .receive("c2 7e2b00");
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 10000 bytes (maxMessageBytes)");
            assertThat(engine.allocator.count()).isZero();
        }

        @Test
        void aLimitOfAnySizeAllowsCompressedMessages() {
            reopen(
                            Limits.DEFAULTS.withMaxMessageBytes(Long.MAX_VALUE),
                            Delivery.STREAMED,
                            deflating.withoutTakeover(role))
                    .receive("c1 07" + HELLO);
            assertThat(engine.events()).containsExactly("last chunk text \"Hello\"");
        }
    }

    @Nested
    class Streaming {
        @BeforeEach
        void stream() {
            reopen(Limits.DEFAULTS, Delivery.STREAMED, deflating.withoutTakeover(role));
        }

        @Test
        void deliversWhatEachPieceInflatesTo() {
            engine.receive("41 05 f248050000", "00 03 00ffff", "89 00", "80 05 cac9c90700");
            assertThat(engine.events()).containsExactly("chunk text \"He\"", "ping", "last chunk text \"llo\"");
        }

        @Test
        void chunksOfTextEndBetweenCharacters() {
            String text = "häßlich 😀 ".repeat(50);
            engine.receiveByteByByte(Wire.frame(0xC1, Hex.bytes(deflated(text.getBytes(UTF_8)))));
            List<String> events = engine.events();
            assertThat(events).allSatisfy(event -> assertThat(event).doesNotContain("\uFFFD"));
            assertThat(concatenated(events)).isEqualTo(text);
            assertThat(events).last().asString().startsWith("last chunk text ");
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void messagesAreIndependentWhereTheWindowIsForgotten() {
            engine.receiveByteByByte("c1 07" + HELLO, "c1 07" + HELLO);
            assertThat(concatenated(engine.events())).isEqualTo("HelloHello");
            engine.receiveByteByByte("c1 05" + HELLO_AGAIN);
            assertThat(engine.events()).last().asString().startsWith("violation CORRUPT_DEFLATE ");
        }

        @Test
        void keepsTheWindowFromPieceToPieceAndMessageToMessage() {
            reopen(Limits.DEFAULTS, Delivery.STREAMED, deflating.withTakeover(role))
                    .receiveByteByByte("c1 07" + HELLO, "c1 05" + HELLO_AGAIN);
            assertThat(concatenated(engine.events())).isEqualTo("HelloHello");
        }

        @Test
        void theLimitHoldsForTheInflatedMessageOverAllItsPieces() {
            String payload = deflated(new byte[100_001]);
            byte[] wire = Wire.from(role.peer(), Wire.frame(0xC2, Hex.bytes(payload)));
            reopen(Limits.DEFAULTS.withMaxMessageBytes(100_000), Delivery.STREAMED, deflating.withoutTakeover(role));
            for (byte b : wire) {
                engine.receiveBytes(b);
            }
            assertThat(engine.events())
                    .last()
                    .isEqualTo("violation MESSAGE_TOO_BIG \"message larger than 100000 bytes (maxMessageBytes)\"");
        }

        @Test
        void disposingInTheMiddleGivesTheDecompressorBack() {
            for (int i = 0; i < 2000; i++) {
                reopen(Limits.DEFAULTS, Delivery.STREAMED, deflating.withoutTakeover(role))
                        .receive("41 03 f248cd");
                assertThat(engine.state()).isEqualTo(CloseState.OPEN);
            }
        }

        private String concatenated(List<String> events) {
            StringBuilder text = new StringBuilder();
            for (String event : events) {
                text.append(event, event.indexOf('"') + 1, event.length() - 1);
            }
            return text.toString();
        }
    }

    @Nested
    class Writing {
        private final String aaa = "a".repeat(1000);

        private ByteBuf out() {
            return engine.sink.out;
        }

        /** What the other end, which keeps its window if {@code takeover}, gets of all that was sent. */
        private List<String> receivedByAPeer(boolean takeover) {
            Role peer = role.peer();
            try (Engine other = Engine.of(
                    peer,
                    Limits.DEFAULTS,
                    Delivery.WHOLE,
                    takeover ? deflating.withTakeover(peer) : deflating.withoutTakeover(peer))) {
                return other.receiveBytes(engine.sentBytes()).events();
            }
        }

        @Test
        void leavesAMessageAsItIsIfTold() {
            ByteBuf bytes = Unpooled.wrappedBuffer(aaa.getBytes(UTF_8));
            engine.protocol.writeUncompressed(true, bytes, 0, 1000, out());
            engine.protocol.writeUncompressed(false, bytes, 0, 1000, out());
            engine.protocol.writeMessage(true, bytes, 0, 1000, out());
            assertThat(engine.sent())
                    .satisfiesExactly(
                            frame -> assertThat(frame).startsWith("81 7e03e8 6161"),
                            frame -> assertThat(frame).startsWith("82 7e03e8 6161"),
                            frame -> assertThat(frame).startsWith("c1"));
        }

        @Test
        void compressesWhatReachesTheThresholdAndMarksIt() {
            PerMessageDeflate deflate = deflating.of(
                    role, new DeflateParameters(true, true, 15, 15), DeflateOptions.SHARED.withThreshold(1000));
            reopen(Limits.DEFAULTS, Delivery.WHOLE, deflate);
            engine.protocol.writeText("a".repeat(999), out());
            engine.protocol.writeText(aaa, out());
            byte[] bytes = new byte[1000];
            engine.protocol.writeMessage(false, Unpooled.wrappedBuffer(bytes), 0, 1000, out());
            assertThat(engine.sent())
                    .satisfiesExactly(
                            frame -> assertThat(frame).startsWith("81 7e03e7 6161"),
                            frame -> assertThat(frame)
                                    .isEqualTo(Wire.frame(0xC1, Hex.bytes(deflated(aaa.getBytes(UTF_8))))),
                            frame -> assertThat(frame).isEqualTo(Wire.frame(0xC2, Hex.bytes(deflated(bytes)))));
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void sendsWhatDoesNotShrinkAsItIs() {
            engine.protocol.writeText("abc", out());
            engine.protocol.writeMessage(false, Hex.buffer("0102030405"), 0, 5, out());
            assertThat(engine.sent()).containsExactly("81 03 616263", "82 05 0102030405");
        }

        @Test
        void compressedTextHasItsLoneSurrogatesReplaced() {
            engine.protocol.writeText("\uD800" + aaa, out());
            assertThat(receivedByAPeer(false)).containsExactly("text \"\uFFFD" + aaa + '"');
        }

        @Test
        void neverCompressesPartsOrControlFrames() {
            ByteBuf payload = Unpooled.copiedBuffer(aaa, UTF_8);
            engine.protocol.writePart(true, payload, 0, 1000, false, out());
            engine.protocol.writePing(payload, 0, 125, out());
            engine.protocol.writePart(true, payload, 0, 1000, true, out());
            engine.protocol.writeClose(1000, "a".repeat(123), out());
            assertThat(engine.sent())
                    .satisfiesExactly(
                            frame -> assertThat(frame).startsWith("01 "),
                            frame -> assertThat(frame).startsWith("89 "),
                            frame -> assertThat(frame).startsWith("80 "),
                            frame -> assertThat(frame).startsWith("88 "));
        }

        @Test
        void refersToEarlierMessagesWhereTheWindowIsKept() {
            withTakeover();
            String text = "The quick brown fox jumps over the lazy dog, and the dog jumps over the fox";
            for (int i = 0; i < 3; i++) {
                engine.protocol.writeText(text, out());
            }
            byte[] sent = engine.sentBytes();
            assertThat(Wire.unmask(role, sent))
                    .satisfiesExactly(
                            first -> assertThat(first).hasSizeGreaterThan(100),
                            again -> assertThat(again).hasSizeLessThan(30),
                            again -> assertThat(again).hasSizeLessThan(30));
            out().writeBytes(sent);
            assertThat(receivedByAPeer(true)).hasSize(3).containsOnly("text \"" + text + '"');
        }

        @Test
        void theWindowSurvivesMessagesThatDidNotShrinkAndMessagesInParts() {
            withTakeover();
            ByteBuf noise = Hex.buffer("00112233445566778899aabbccddeeff0123456789abcdef");
            String text = "The quick brown fox jumps over the lazy dog, and the dog jumps over the fox";
            engine.protocol.writeText(text, out());
            engine.protocol.writeMessage(false, noise, 0, 24, out());
            engine.protocol.writeText(text, out());
            engine.protocol.writePart(false, noise, 0, 12, false, out());
            engine.protocol.writePart(false, noise, 12, 12, true, out());
            engine.protocol.writeText(text, out());
            assertThat(receivedByAPeer(true))
                    .containsExactly(
                            "text \"" + text + '"',
                            "binary " + Hex.of(noise),
                            "text \"" + text + '"',
                            "binary " + Hex.of(noise),
                            "text \"" + text + '"');
        }

        @Test
        void prepareFramesForServersOnly() {
            try (PreparedMessage prepared = new PreparedMessage(
                    true, Unpooled.copiedBuffer(aaa, UTF_8), deflating.resources, engine.allocator)) {
                if (role == Role.SERVER) {
                    assertThat(engine.protocol.frameOf(prepared)).isNotNull();
                } else {
                    assertThatIllegalStateException()
                            .isThrownBy(() -> engine.protocol.frameOf(prepared))
                            .withMessage("a prepared message is for connections of a server; a client masks each frame "
                                    + "with a key of its own (RFC 6455 §5.3): use writeMessage");
                }
            }
        }
    }

    @Test
    void disposingClosesTheCompressorsAndIsIdempotent() {
        withTakeover().receive("c1 07" + HELLO);
        engine.protocol.writeText("a".repeat(100), engine.sink.out);
        engine.protocol.dispose();
        engine.protocol.dispose();
        engine.receive("c1 07" + HELLO);
        assertThat(engine.protocol.writeText("a".repeat(100), engine.sink.out)).isFalse();
        assertThat(engine.events()).containsExactly("text \"Hello\"");
    }

    @Test
    void disposingInsideTheSinkOfACompressedMessageIsAllowed() {
        engine.sink.onEvent = event -> engine.protocol.dispose();
        engine.receive("c1 07" + HELLO, "c1 07" + HELLO);
        assertThat(engine.events()).containsExactly("text \"Hello\"");
    }

    @Test
    void writingInsideTheSinkOfACompressedMessageIsAllowed() {
        engine.sink.onEvent = event -> engine.protocol.writeText("b".repeat(1000), engine.sink.out);
        engine.receive("c1 07" + HELLO, "c1 07" + HELLO);
        assertThat(engine.events()).containsExactly("text \"Hello\"", "text \"Hello\"");
        assertThat(engine.sent())
                .hasSize(2)
                .allSatisfy(frame -> assertThat(frame).startsWith("c1 "));
    }
}
