package dev.duplex.core;

import static dev.duplex.core.CloseState.CLOSED_BY_PEER;
import static dev.duplex.core.CloseState.CLOSED_BY_US;
import static dev.duplex.core.CloseState.CLOSING;
import static dev.duplex.core.CloseState.FAILED;
import static dev.duplex.core.CloseState.OPEN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every test runs once for each role; frames are hex without masking, see {@link Wire}. */
@ParameterizedClass
@EnumSource(Role.class)
class WebSocketProtocolTest {
    @Parameter
    Role role;

    Engine engine;

    @BeforeEach
    void openConnection() {
        engine = Engine.of(role);
    }

    @AfterEach
    void nothingIsLeft() {
        engine.close();
    }

    private Engine reopen(Limits limits) {
        engine.close();
        engine = Engine.of(role, limits);
        return engine;
    }

    private Engine reopenStreamed() {
        engine.close();
        engine = Engine.streamed(role);
        return engine;
    }

    private static String ofBytes(int count) {
        return "61".repeat(count);
    }

    @Nested
    class Messages {
        @Test
        void deliversText() {
            engine.receive("81 03 616263");
            assertThat(engine.events()).containsExactly("text \"abc\"");
            assertThat(engine.sent()).isEmpty();
        }

        @Test
        void deliversBinary() {
            engine.receive("82 03 00ff80");
            assertThat(engine.events()).containsExactly("binary 00ff80");
        }

        @Test
        void deliversEmptyMessages() {
            engine.receive("81 00", "82 00");
            assertThat(engine.events()).containsExactly("text \"\"", "binary");
        }

        @Test
        void deliversEveryMessageOfOneRead() {
            engine.receive("81 01 61", "82 01 62", "89 01 63", "8a 01 64", "81 01 65");
            assertThat(engine.events()).containsExactly("text \"a\"", "binary 62", "ping 63", "pong 64", "text \"e\"");
        }

        @Test
        void deliversTheSameByteByByte() {
            engine.receiveByteByByte("81 01 61", "01 02 6262", "89 01 63", "80 02 6464", "82 7e0080" + ofBytes(128));
            assertThat(engine.events())
                    .containsExactly("text \"a\"", "ping 63", "text \"bbdd\"", "binary " + ofBytes(128));
            assertThat(engine.sent()).containsExactly("8a 01 63");
        }

        @Test
        void allocatesNothingForMessagesThatArriveWhole() {
            engine.receive("81 03 616263", "82 7e0100" + ofBytes(256), "89 01 00", "8a 00");
            assertThat(engine.events()).hasSize(4);
            assertThat(engine.allocator.count()).isZero();
        }

        @Test
        void readsThatBringNothingAreHarmless() {
            engine.receiveBytes();
            assertThat(engine.events()).isEmpty();
            assertThat(engine.state()).isEqualTo(OPEN);
        }

        @Test
        void neverReleasesTheBufferReceived() {
            ByteBuf in = Unpooled.copiedBuffer(Wire.from(role.peer(), "01 01 61", "80 01 62", "81 00 61"));
            engine.protocol.receive(in, engine.sink);
            assertThat(in.refCnt()).isOne();
            in.release();
        }

        @Test
        void survivesASinkThatThrows() {
            engine.sink.onEvent = event -> {
                throw new IllegalStateException(event);
            };
            assertThatIllegalStateException()
                    .isThrownBy(() -> engine.receive("81 01 61"))
                    .withMessage("text \"a\"");
            engine.receive("01 01 61");
            assertThatIllegalStateException()
                    .isThrownBy(() -> engine.receive("80 01 62"))
                    .withMessage("text \"ab\"");
            engine.sink.onEvent = event -> {};
            engine.events();
            engine.receive("81 01 63");
            assertThat(engine.events()).containsExactly("text \"c\"");
        }
    }

    @Nested
    class Lengths {
        @ParameterizedTest
        @CsvSource({
            "0, 00",
            "1, 01",
            "125, 7d",
            "126, 7e007e",
            "127, 7e007f",
            "65535, 7effff",
            "65536, 7f0000000000010000"
        })
        void readsEachLengthInItsShortestForm(int length, String lengthHex) {
            engine.receive("82" + lengthHex + ofBytes(length));
            assertThat(engine.events()).containsExactly(("binary " + ofBytes(length)).strip());
        }

        @ParameterizedTest
        @CsvSource({
            "0, 00",
            "1, 01",
            "125, 7d",
            "126, 7e007e",
            "127, 7e007f",
            "65535, 7effff",
            "65536, 7f0000000000010000"
        })
        void writesEachLengthInItsShortestForm(int length, String lengthHex) {
            byte[] payload = Hex.bytes(ofBytes(length));
            assertThat(engine.protocol.writeMessage(false, Unpooled.wrappedBuffer(payload), 0, length, engine.sink.out))
                    .isTrue();
            assertThat(engine.sent()).containsExactly(("82 " + lengthHex + " " + ofBytes(length)).strip());
            assertThat(engine.protocol.writeText("a".repeat(length), engine.sink.out))
                    .isTrue();
            assertThat(engine.sent()).containsExactly(("81 " + lengthHex + " " + ofBytes(length)).strip());
        }

        @ParameterizedTest
        @ValueSource(strings = {"7e0000", "7e0005", "7e007d"})
        void refusesSixteenBitsForLessThan126(String lengthHex) {
            engine.receive("82" + lengthHex);
            engine.assertFailedWith(Violation.NON_MINIMAL_LENGTH);
        }

        @ParameterizedTest
        @ValueSource(strings = {"7f0000000000000000", "7f0000000000000064", "7f000000000000007e", "7f000000000000ffff"})
        void refusesSixtyFourBitsForLessThan65536(String lengthHex) {
            engine.receive("82" + lengthHex);
            engine.assertFailedWith(Violation.NON_MINIMAL_LENGTH);
        }

        @ParameterizedTest
        @ValueSource(strings = {"7f8000000000000000", "7fffffffffffffffff", "7f8000000000000001"})
        void refusesTheMostSignificantBit(String lengthHex) {
            engine.receive("82" + lengthHex);
            engine.assertFailedWith(Violation.LENGTH_OVERFLOW);
        }

        @ParameterizedTest
        @ValueSource(strings = {"7f0000000000100001", "7f000000007fffffff", "7f0000000080000000", "7f7fffffffffffffff"})
        void refusesADeclaredSizeOverTheLimitBeforeAnyPayload(String lengthHex) {
            engine.receive("82" + lengthHex);
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 1048576 bytes (maxMessageBytes)");
            assertThat(engine.allocator.count()).isZero();
        }

        @Test
        void acceptsAMessageOfExactlyTheLimit() {
            reopen(Limits.DEFAULTS.withMaxMessageBytes(300)).receive("82 7e012c" + ofBytes(300));
            assertThat(engine.events()).containsExactly("binary " + ofBytes(300));
            engine.receive("82 7e012d");
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 300 bytes (maxMessageBytes)");
        }

        @Test
        void memoryFollowsTheBytesReceivedAndNotTheSizeDeclared() {
            engine.receive("82 7f0000000000100000");
            assertThat(engine.allocator.liveBytes()).isZero();
            engine.receiveBytes((byte) 0);
            assertThat(engine.allocator.liveBytes()).isBetween(1L, 64L);
            engine.receiveBytes(new byte[1000]);
            assertThat(engine.allocator.liveBytes()).isBetween(1001L, 2048L);
        }
    }

    @Nested
    class MaskingRules {
        @Test
        void refusesAFrameMaskedAgainstTheRole() {
            byte[] plain = Hex.bytes("81 01 61");
            engine.receiveBytes(role == Role.SERVER ? plain : Wire.masked(plain, Wire.KEY));
            engine.assertFailedWith(role == Role.SERVER ? Violation.UNMASKED_FRAME : Violation.MASKED_FRAME);
        }

        @Test
        void everyFrameSentIsMaskedByAClientWithAKeyOfItsOwnAndByAServerNotAtAll() {
            ByteBuf out = engine.sink.out;
            ByteBuf payload = Hex.buffer("61");
            engine.protocol.writeText("a", out);
            engine.protocol.writeMessage(false, payload, 0, 1, out);
            engine.protocol.writePart(true, payload, 0, 1, false, out);
            engine.protocol.writePart(true, payload, 0, 1, true, out);
            engine.protocol.writePing(payload, 0, 1, out);
            engine.protocol.writePong(payload, 0, 1, out);
            engine.protocol.writeClose(1000, "", out);
            assertThat(Hex.of(engine.sentBytes()))
                    .isEqualTo(
                            role == Role.SERVER
                                    ? "810161" + "820161" + "010161" + "800161" + "890161" + "8a0161" + "880203e8"
                                    : "818137fa213d56"
                                            + "828137fa213e56"
                                            + "018137fa213f56"
                                            + "808137fa214056"
                                            + "898137fa214156"
                                            + "8a8137fa214256"
                                            + "888237fa21433412");
        }

        @Test
        void aConstructorRefusesKeysForAServerAndAClientWithout() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new WebSocketProtocol(
                            role,
                            Limits.DEFAULTS,
                            Delivery.WHOLE,
                            null,
                            UnpooledByteBufAllocator.DEFAULT,
                            role == Role.SERVER ? () -> 1 : null))
                    .withMessage("expected masking keys for a client and none for a server (RFC 6455 §5.1)");
        }
    }

    @Nested
    class ReservedBitsAndOpcodes {
        @ParameterizedTest
        @ValueSource(strings = {"c1 01 61", "a1 01 61", "91 01 61", "f1 01 61", "c2 00", "c0 00", "c9 00", "98 00"})
        void refusesReservedBitsWithoutAnExtension(String frame) {
            engine.receive(frame);
            engine.assertFailedWith(Violation.RESERVED_BITS);
        }

        @ParameterizedTest
        @ValueSource(ints = {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF})
        void refusesReservedOpcodes(int opcode) {
            for (String rest : new String[] {"00", "01 61", "7f 0000000040000000"}) {
                reopen(Limits.DEFAULTS).receive("%02x".formatted(0x80 | opcode) + rest);
                engine.assertFailedWith(Violation.RESERVED_OPCODE);
                assertThat(engine.allocator.count()).isZero();
            }
        }
    }

    @Nested
    class ControlFrames {
        @ParameterizedTest
        @ValueSource(strings = {"08", "09", "0a"})
        void mayNotBeFragmented(String firstByte) {
            engine.receive(firstByte + "00");
            engine.assertFailedWith(Violation.FRAGMENTED_CONTROL);
        }

        @ParameterizedTest
        @ValueSource(strings = {"88", "89", "8a"})
        void mayHaveAtMost125Bytes(String firstByte) {
            for (String length : new String[] {"7e007e", "7e0001", "7f0000000000000001", "7fffffffffffffffff"}) {
                reopen(Limits.DEFAULTS).receive(firstByte + length);
                engine.assertFailedWith(Violation.CONTROL_TOO_LONG);
            }
        }

        @Test
        void aPingIsAnsweredWithItsPayload() {
            engine.receive("89 00", "89 03 010203", "89 7d" + ofBytes(125));
            assertThat(engine.events()).containsExactly("ping", "ping 010203", "ping " + ofBytes(125));
            assertThat(engine.sent()).containsExactly("8a 00", "8a 03 010203", "8a 7d " + ofBytes(125));
        }

        /** A ping, a close frame, and what is none: to make room for the answer the owner flushes, and is told, and closes. */
        @ParameterizedTest
        @ValueSource(strings = {"89 00", "88 02 03e9", "83 00"})
        void answersNothingWhereMakingRoomHasClosed(String frame) {
            engine.sink.onOut = () -> engine.protocol.writeClose(1000, "", engine.sink.out);
            engine.receive(frame);
            assertThat(engine.sent()).containsExactly("88 02 03e8");
        }

        @Test
        void aPingCutIntoPiecesIsAnsweredWithItsPayload() {
            engine.receiveByteByByte("89 03 010203", "89 00", "89 7d" + ofBytes(125));
            assertThat(engine.sent()).containsExactly("8a 03 010203", "8a 00", "8a 7d " + ofBytes(125));
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void thePongStandsInTheOutputBeforeTheSinkHearsOfThePing() {
            engine.sink.onEvent = event -> engine.protocol.writeText("later", engine.sink.out);
            engine.receive("89 01 01");
            assertThat(engine.sent()).containsExactly("8a 01 01", "81 05 6c61746572");
        }

        @Test
        void aPongNobodyAskedForIsReportedAndNotAnswered() {
            engine.receive("8a 02 0102", "8a 00");
            assertThat(engine.events()).containsExactly("pong 0102", "pong");
            assertThat(engine.sent()).isEmpty();
        }

        @Test
        void heldPongsAreCoalescedToTheLatest() {
            engine.sink.holdsPongs = true;
            engine.receive("89 01 01", "89 01 02", "89 01 03");
            assertThat(engine.events()).containsExactly("ping 01", "ping 02", "ping 03");
            assertThat(engine.sent()).isEmpty();
            engine.protocol.writeOwedPong(engine.sink.out);
            engine.protocol.writeOwedPong(engine.sink.out);
            assertThat(engine.sent()).containsExactly("8a 01 03");
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void anEmptyHeldPongIsNotForgotten() {
            engine.sink.holdsPongs = true;
            engine.receive("89 00");
            engine.protocol.writeOwedPong(engine.sink.out);
            assertThat(engine.sent()).containsExactly("8a 00");
        }

        @Test
        void aMillionHeldPongsTakeTheMemoryOfOne() {
            engine.sink.holdsPongs = true;
            engine.sink.onEvent = event -> engine.sink.events.clear();
            byte[] pings = Wire.from(role.peer(), "89 7d" + ofBytes(125));
            for (int i = 0; i < 10_000; i++) {
                engine.receiveBytes(pings);
            }
            assertThat(engine.sent()).isEmpty();
            assertThat(engine.allocator.peakBytes()).isLessThanOrEqualTo(256);
        }

        @Test
        void aPongAnsweredAtOnceSupersedesOneThatWasHeld() {
            engine.sink.holdsPongs = true;
            engine.receive("89 01 01");
            engine.sink.holdsPongs = false;
            engine.receive("89 01 02");
            engine.protocol.writeOwedPong(engine.sink.out);
            assertThat(engine.sent()).containsExactly("8a 01 02");
        }

        @Test
        void noPongFollowsOurCloseFrame() {
            engine.sink.holdsPongs = true;
            engine.receive("89 01 01");
            engine.sink.holdsPongs = false;
            engine.protocol.writeClose(1000, "", engine.sink.out);
            engine.receive("89 01 02");
            engine.protocol.writeOwedPong(engine.sink.out);
            assertThat(engine.events()).containsExactly("ping 01", "ping 02");
            assertThat(engine.sent()).containsExactly("88 02 03e8");
        }
    }

    @Nested
    class Fragmentation {
        @Test
        void assemblesFragments() {
            engine.receive("01 01 61", "00 01 62", "80 01 63", "02 01 01", "80 01 02");
            assertThat(engine.events()).containsExactly("text \"abc\"", "binary 0102");
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void assemblesFragmentsAcrossReads() {
            engine.receive("01 01 61").receive("00 01 62");
            assertThat(engine.events()).isEmpty();
            engine.receive("80 01 63");
            assertThat(engine.events()).containsExactly("text \"abc\"");
        }

        @Test
        void controlFramesMayStandBetweenFragments() {
            engine.receive("01 01 61", "89 01 01", "00 01 62", "8a 01 02", "80 01 63");
            assertThat(engine.events()).containsExactly("ping 01", "pong 02", "text \"abc\"");
            assertThat(engine.sent()).containsExactly("8a 01 01");
        }

        @Test
        void aCloseFrameMayStandBetweenFragmentsAndDropsThem() {
            engine.receive("01 01 61", "88 02 03e8", "80 01 62");
            assertThat(engine.events()).containsExactly("close 1000 \"\"");
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void emptyFragmentsAreAllowed() {
            engine.receive("01 00", "00 00", "80 00", "02 00", "00 01 01", "80 00", "01 00", "80 01 61");
            assertThat(engine.events()).containsExactly("text \"\"", "binary 01", "text \"a\"");
        }

        @ParameterizedTest
        @ValueSource(strings = {"80 00", "00 00", "80 01 61", "00 7f0000000000010000"})
        void refusesAContinuationOfNothing(String frame) {
            engine.receive(frame);
            engine.assertFailedWith(Violation.UNEXPECTED_CONTINUATION);
        }

        @Test
        void refusesAContinuationAfterTheMessageHasEnded() {
            engine.receive("01 01 61", "80 01 62");
            assertThat(engine.events()).containsExactly("text \"ab\"");
            engine.receive("80 01 63");
            engine.assertFailedWith(Violation.UNEXPECTED_CONTINUATION);
        }

        @ParameterizedTest
        @ValueSource(strings = {"81 01 62", "82 01 62", "01 00", "02 00"})
        void refusesANewMessageInsideAFragmentedOne(String frame) {
            engine.receive("01 01 61", frame);
            engine.assertFailedWith(Violation.UNFINISHED_MESSAGE);
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void everyFrameButTheLastIsChargedAtLeast64Bytes() {
            Limits limits = Limits.DEFAULTS.withMaxMessageBytes(256);
            String small = "20" + ofBytes(32);
            reopen(limits).receive("02" + small, "00" + small, "00" + small, "80 40" + ofBytes(64));
            assertThat(engine.events()).containsExactly("binary " + ofBytes(160));
            reopen(limits).receive("02" + small, "00" + small, "00" + small, "80 41");
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 256 bytes (maxMessageBytes)");
            reopen(limits).receive("02 00", "00 00", "00 00", "00 00");
            assertThat(engine.state()).isEqualTo(OPEN);
            engine.receive("00 00");
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 256 bytes (maxMessageBytes)");
        }

        @Test
        void aMessageOfTheLimitMayComeInFragmentsOfAnyDecentSize() {
            reopen(Limits.DEFAULTS.withMaxMessageBytes(256))
                    .receive("02 40" + ofBytes(64), "00 64" + ofBytes(100), "00 5c" + ofBytes(92), "80 00");
            assertThat(engine.events()).hasSize(1);
            assertThat(engine.state()).isEqualTo(OPEN);
        }

        @Test
        void theChargeBeginsAnewWithEachMessage() {
            reopen(Limits.DEFAULTS.withMaxMessageBytes(96));
            for (int i = 0; i < 3; i++) {
                engine.receive("02 20" + ofBytes(32), "80 20" + ofBytes(32));
                assertThat(engine.events()).containsExactly("binary " + ofBytes(64));
            }
        }

        @Test
        void refusesMoreFragmentsThanTheCap() {
            reopen(Limits.DEFAULTS.withMaxFragments(3)).receive("02 00", "00 00", "80 00");
            assertThat(engine.events()).containsExactly("binary");
            engine.receive("02 00", "00 00", "89 00", "00 00");
            assertThat(engine.events()).containsExactly("ping");
            assertThat(engine.sent()).containsExactly("8a 00");
            engine.receive("80 7e0100");
            engine.assertFailedWith(Violation.TOO_MANY_FRAGMENTS, "message of more than 3 frames (maxFragments)");
        }

        @Test
        void aCapOfOneAllowsOnlyUnfragmentedMessages() {
            reopen(Limits.DEFAULTS.withMaxFragments(1)).receive("82 00", "82 01 01");
            assertThat(engine.events()).containsExactly("binary", "binary 01");
            engine.receive("02 00", "80 00");
            engine.assertFailedWith(Violation.TOO_MANY_FRAGMENTS, "message of more than 1 frames (maxFragments)");
        }
    }

    @Nested
    class TextPayload {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "7f",
                    "c280",
                    "dfbf",
                    "e0a080",
                    "ed9fbf",
                    "ee8080",
                    "efbfbf",
                    "f0908080",
                    "f48fbfbf",
                    "efbfbd",
                    "ceba cf8c cf83 cebc ceb5"
                })
        void deliversValidUtf8CutAnywhere(String hex) {
            String text = new String(Hex.bytes(hex), UTF_8);
            byte[] bytes = Hex.bytes(hex);
            for (int cut = 0; cut <= bytes.length; cut++) {
                String head = Hex.of(bytes).substring(0, 2 * cut);
                String tail = Hex.of(bytes).substring(2 * cut);
                engine.receive("01 %02x".formatted(cut) + head, "80 %02x".formatted(bytes.length - cut) + tail);
                assertThat(engine.events()).as("cut at %s", cut).containsExactly("text \"" + text + '"');
                engine.receiveByteByByte(
                        "01 %02x".formatted(cut) + head, "80 %02x".formatted(bytes.length - cut) + tail);
                assertThat(engine.events()).as("cut at %s", cut).containsExactly("text \"" + text + '"');
            }
        }

        /** The octet named last is the first that no valid text can have at its place. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "80",
                    "bf", // continuation without a leading octet
                    "c0",
                    "c1",
                    "e080",
                    "e09f",
                    "f080",
                    "f08f", // overlong
                    "eda0",
                    "edbf", // surrogates
                    "f490",
                    "f5",
                    "f8",
                    "fc",
                    "fe",
                    "ff", // beyond U+10FFFF
                    "c261",
                    "e0a061",
                    "f0908061",
                    "e28228", // cut off by another character
                    "6161616161616161 6161616161616161 61 ff", // after what is skipped in words
                    "ceb8cf8ccf83 eda0" // after valid ones
                })
        void reportsTheFirstBadOctetBeforeTheFrameAndTheMessageEnd(String hex) {
            byte[] bytes = Hex.bytes(hex);
            for (String firstByte : new String[] {"01", "81"}) {
                reopen(Limits.DEFAULTS);
                byte[] wire = Wire.from(role.peer(), firstByte + "64" + hex);
                engine.receiveBytes(Arrays.copyOf(wire, wire.length - 1));
                assertThat(engine.events()).as("before the bad octet").isEmpty();
                engine.receiveBytes(wire[wire.length - 1]);
                engine.assertFailedWith(Violation.TEXT_UTF8);
            }
            reopen(Limits.DEFAULTS);
            engine.receive("81 %02x".formatted(bytes.length) + hex);
            engine.assertFailedWith(Violation.TEXT_UTF8);
        }

        @ParameterizedTest
        @ValueSource(strings = {"c2", "e0", "e0a0", "ed9f", "f0", "f090", "f09080", "61f4", "61616161616161c3"})
        void refusesACharacterTruncatedByTheEndOfTheMessage(String hex) {
            String frame = "%02x".formatted(Hex.bytes(hex).length) + hex;
            engine.receive("81" + frame);
            engine.assertFailedWith(Violation.TEXT_UTF8);
            reopen(Limits.DEFAULTS).receive("01" + frame);
            assertThat(engine.state()).isEqualTo(OPEN);
            engine.receive("80 00");
            engine.assertFailedWith(Violation.TEXT_UTF8);
        }

        @Test
        void binaryNeedNotBeUtf8() {
            engine.receive("02 01 ff", "80 01 c0", "82 01 80");
            assertThat(engine.events()).containsExactly("binary ffc0", "binary 80");
        }

        @Test
        void aBinaryMessageAfterATextThatFailedIsNotDelivered() {
            engine.receive("81 01 ff", "82 01 01");
            engine.assertFailedWith(Violation.TEXT_UTF8);
        }
    }

    @Nested
    class Closing {
        @ParameterizedTest
        @ValueSource(
                ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
        void theFirstCloseFrameIsAnsweredOnceWithItsCode(int code) {
            engine.receive(Wire.close(code, "bye"), Wire.close(code, "bye"), "89 00");
            assertThat(engine.events()).containsExactly("close " + code + " \"bye\"");
            assertThat(engine.sent()).containsExactly(Wire.close(code, ""));
            assertThat(engine.state()).isEqualTo(CLOSED_BY_PEER);
            assertThat(engine.state().isClean()).isTrue();
        }

        @Test
        void aCloseFrameWithoutACodeIsAnsweredByOneWithout() {
            engine.receive("88 00");
            assertThat(engine.events()).containsExactly("close 1005 \"\"");
            assertThat(engine.sent()).containsExactly("88 00");
            assertThat(engine.state()).isEqualTo(CLOSED_BY_PEER);
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 32768, 65535})
        void refusesCodesThatMayNotBeSent(int code) {
            engine.receive(Wire.close(code, ""));
            engine.assertFailedWith(Violation.CLOSE_CODE, "close code " + code + " may not be sent");
        }

        @Test
        void refusesACloseFrameOfOneByte() {
            engine.receive("88 01 03");
            engine.assertFailedWith(Violation.CLOSE_PAYLOAD_TOO_SHORT);
            reopen(Limits.DEFAULTS).receiveByteByByte("88 01 03");
            engine.assertFailedWith(Violation.CLOSE_PAYLOAD_TOO_SHORT);
        }

        @ParameterizedTest
        @ValueSource(strings = {"ff", "c2", "eda080", "f4908080", "61c0af", "e282"})
        void refusesAReasonThatIsNotUtf8(String reason) {
            engine.receive("88 %02x 03e8".formatted(2 + Hex.bytes(reason).length) + reason);
            engine.assertFailedWith(Violation.CLOSE_REASON_UTF8);
        }

        @Test
        void deliversTheLongestReason() {
            engine.receiveByteByByte(Wire.close(1000, "€".repeat(41)));
            assertThat(engine.events()).containsExactly("close 1000 \"" + "€".repeat(41) + '"');
        }

        @Test
        void ourCloseFrameIsAnsweredByThePeer() {
            assertThat(engine.protocol.writeClose(1001, "bye", engine.sink.out)).isTrue();
            assertThat(engine.sent()).containsExactly("88 05 03e9627965");
            assertThat(engine.state()).isEqualTo(CLOSING);
            assertThat(engine.state().isClean()).isFalse();
            engine.receive("88 02 03e9");
            assertThat(engine.events()).containsExactly("close 1001 \"\"");
            assertThat(engine.sent()).isEmpty();
            assertThat(engine.state()).isEqualTo(CLOSED_BY_US);
            assertThat(engine.state().isClean()).isTrue();
        }

        @Test
        void messagesThatWereUnderWayWhenWeClosedAreStillDelivered() {
            engine.receive("01 01 61");
            engine.protocol.writeClose(1000, "", engine.sink.out);
            engine.receive("80 01 62", "81 01 63", "88 02 03e8");
            assertThat(engine.events()).containsExactly("text \"ab\"", "text \"c\"", "close 1000 \"\"");
        }

        @Test
        void bothEndsMayCloseAtOnce() {
            engine.protocol.writeClose(1001, "", engine.sink.out);
            engine.receive(Wire.close(4000, "mine"));
            assertThat(engine.events()).containsExactly("close 4000 \"mine\"");
            assertThat(engine.sent()).containsExactly("88 02 03e9");
            assertThat(engine.state()).isEqualTo(CLOSED_BY_US);
        }

        @Test
        void whatFollowsThePeersCloseFrameIsDiscarded() {
            engine.receive("88 02 03e8", "81 01 61", "8f 00", "88 00");
            engine.receiveBytes(Hex.bytes("ffffffffffff"));
            assertThat(engine.events()).containsExactly("close 1000 \"\"");
            assertThat(engine.sent()).containsExactly("88 02 03e8");
        }

        @Test
        void whatFollowsAViolationIsDiscarded() {
            engine.receive("83 00", "83 00", "81 01 61", "88 02 03e8");
            engine.assertFailedWith(Violation.RESERVED_OPCODE);
            engine.receive("88 02 03e8");
            assertThat(engine.events()).isEmpty();
            assertThat(engine.sent()).isEmpty();
            assertThat(engine.state()).isEqualTo(FAILED);
            assertThat(engine.state().isClean()).isFalse();
        }

        @Test
        void aViolationAfterOurCloseFrameSendsNoSecondOne() {
            engine.protocol.writeClose(1000, "", engine.sink.out);
            engine.receive("83 00");
            assertThat(engine.events()).containsExactly("violation RESERVED_OPCODE \"reserved opcode\"");
            assertThat(engine.sent()).containsExactly("88 02 03e8");
            assertThat(engine.state()).isEqualTo(FAILED);
        }

        @Test
        void closingFromInsideTheSinkEndsTheConnectionAfterThePeersAnswer() {
            engine.sink.onEvent = event -> engine.protocol.writeClose(4000, "enough", engine.sink.out);
            engine.receive("81 01 61", "89 00", "88 02 0fa0");
            assertThat(engine.events()).containsExactly("text \"a\"", "ping", "close 4000 \"\"");
            assertThat(engine.sent()).containsExactly(Wire.close(4000, "enough"));
            assertThat(engine.state()).isEqualTo(CLOSED_BY_US);
        }
    }

    @Nested
    class Streaming {
        @BeforeEach
        void stream() {
            reopenStreamed();
        }

        @Test
        void deliversAMessageInOneReadAsItsLastChunk() {
            engine.receive("81 03 616263", "82 00", "81 00");
            assertThat(engine.events())
                    .containsExactly("last chunk text \"abc\"", "last chunk binary", "last chunk text \"\"");
        }

        @Test
        void deliversEachReadAndEachFragmentAsAChunkAndNoEmptyOneButTheLast() {
            engine.receive("02 02 0102", "00 00", "89 00", "00 01 03", "80 00");
            assertThat(engine.events())
                    .containsExactly("chunk binary 0102", "ping", "chunk binary 03", "last chunk binary");
            engine.receiveByteByByte("82 03 010203");
            assertThat(engine.events()).containsExactly("chunk binary 01", "chunk binary 02", "last chunk binary 03");
        }

        @Test
        void chunksOfTextEndBetweenCharacters() {
            engine.receiveByteByByte("01 04 61c3a4e2", "80 07 82acf09f988062");
            assertThat(engine.events())
                    .containsExactly(
                            "chunk text \"a\"",
                            "chunk text \"ä\"",
                            "chunk text \"€\"",
                            "chunk text \"😀\"",
                            "last chunk text \"b\"");
        }

        @Test
        void aCutCharacterIsDeliveredWithWhatFollows() {
            engine.receive("01 02 61f0", "00 02 9f98", "80 02 8062");
            assertThat(engine.events()).containsExactly("chunk text \"a\"", "last chunk text \"😀b\"");
            assertThat(engine.allocator.liveBytes()).isZero();
        }

        @Test
        void memoryDoesNotGrowWithTheMessage() {
            engine.receive("02 00");
            byte[] fragment = Wire.from(role.peer(), "00 7e0400" + ofBytes(1024));
            engine.sink.onEvent = event -> engine.sink.events.clear();
            for (int i = 0; i < 500; i++) {
                engine.receiveBytes(fragment);
            }
            assertThat(engine.allocator.count()).isZero();
        }

        @Test
        void holdsBackAtMostThreeOctets() {
            engine.receive("01 7e0104" + ofBytes(257) + "f09f98");
            assertThat(engine.events()).containsExactly("chunk text \"" + "a".repeat(257) + '"');
            assertThat(engine.allocator.liveBytes()).isBetween(3L, 16L);
        }

        @Test
        void reportsABadOctetAfterTheChunksBeforeIt() {
            engine.receive("01 01 61").receive("80 01 ff");
            assertThat(engine.events())
                    .containsExactly("chunk text \"a\"", "violation TEXT_UTF8 \"text is not UTF-8\"");
        }

        @Test
        void theLimitHoldsForTheWholeMessage() {
            engine.close();
            engine = Engine.of(role, Limits.DEFAULTS.withMaxMessageBytes(200), Delivery.STREAMED, null);
            engine.receive("02 64" + ofBytes(100));
            engine.events();
            engine.receive("80 65");
            engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 200 bytes (maxMessageBytes)");
        }
    }

    @Nested
    class Pausing {
        @Test
        void stopsBeforeTheNextFrameAndLeavesItInTheBuffer() {
            byte[] second = Wire.from(role.peer(), "81 01 62");
            ByteBuf in = Unpooled.copiedBuffer(Wire.from(role.peer(), "81 01 61"), second);
            engine.sink.onEvent = event -> engine.protocol.pause(true);
            engine.protocol.receive(in, engine.sink);
            assertThat(engine.events()).containsExactly("text \"a\"");
            assertThat(in.readableBytes()).isEqualTo(second.length);
            engine.protocol.receive(in, engine.sink);
            assertThat(in.readableBytes()).isEqualTo(second.length);
            engine.protocol.pause(false);
            engine.protocol.receive(in, engine.sink);
            assertThat(engine.events()).containsExactly("text \"b\"");
            in.release();
        }

        @Test
        void theFrameUnderWayIsStillTaken() {
            byte[] wire = Wire.from(role.peer(), "81 02 6162", "81 00");
            ByteBuf in = Unpooled.copiedBuffer(wire);
            ByteBuf head = in.readBytes(wire.length / 2);
            engine.protocol.receive(head, engine.sink);
            engine.protocol.pause(true);
            engine.protocol.receive(in, engine.sink);
            assertThat(engine.events()).containsExactly("text \"ab\"");
            assertThat(in.readableBytes()).isEqualTo(Wire.from(role.peer(), "81 00").length);
            in.release();
            head.release();
        }

        @Test
        void doesNotKeepBytesThatWillBeDiscarded() {
            engine.receive("83 00");
            engine.protocol.pause(true);
            engine.receive("81 00");
            assertThat(engine.state()).isEqualTo(FAILED);
        }
    }

    @Nested
    class Writing {
        private final ByteBuf abc = Hex.buffer("00 616263 00");

        private ByteBuf out() {
            return engine.sink.out;
        }

        @Test
        void writesTextAndBinary() {
            assertThat(engine.protocol.writeText("abc", out())).isTrue();
            assertThat(engine.protocol.writeMessage(true, abc, 1, 3, out())).isTrue();
            assertThat(engine.protocol.writeMessage(false, abc, 1, 3, out())).isTrue();
            assertThat(engine.sent()).containsExactly("81 03 616263", "81 03 616263", "82 03 616263");
            assertThat(Hex.of(abc)).as("the payload given").isEqualTo("0061626300");
            assertThat(abc.refCnt()).isOne();
        }

        @Test
        void writesCharactersOfEveryLength() {
            engine.protocol.writeText("aä€😀", out());
            assertThat(engine.sent()).containsExactly("81 0a 61c3a4e282acf09f9880");
        }

        @ParameterizedTest
        @CsvSource({"\\uD800, efbfbd", "\\uDFFF, efbfbd", "a\\uD83D, 61efbfbd", "\\uDE00\\uD83D, efbfbdefbfbd"})
        void writesLoneSurrogatesAsReplacementCharacters(String escaped, String hex) {
            String text = unescape(escaped);
            engine.protocol.writeText(text, out());
            engine.protocol.writeText("ä" + text + "😀", out());
            assertThat(engine.sent())
                    .containsExactly(
                            Wire.frame(0x81, Hex.bytes(hex)), Wire.frame(0x81, Hex.bytes("c3a4" + hex + "f09f9880")));
        }

        private static String unescape(String escaped) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < escaped.length(); i++) {
                if (escaped.charAt(i) == '\\') {
                    text.append((char) Integer.parseInt(escaped.substring(i + 2, i + 6), 16));
                    i += 5;
                } else {
                    text.append(escaped.charAt(i));
                }
            }
            return text.toString();
        }

        @Test
        void writesAMessageInParts() {
            assertThat(engine.protocol.writePart(true, abc, 1, 1, false, out())).isTrue();
            assertThat(engine.protocol.writePart(false, abc, 2, 1, false, out()))
                    .isTrue();
            assertThat(engine.protocol.writePing(abc, 0, 1, out())).isTrue();
            assertThat(engine.protocol.writePart(true, abc, 0, 0, true, out())).isTrue();
            assertThat(engine.protocol.writePart(false, abc, 3, 1, true, out())).isTrue();
            assertThat(engine.sent()).containsExactly("01 01 61", "00 01 62", "89 01 00", "80 00", "82 01 63");
        }

        @Test
        void refusesAnotherMessageBetweenParts() {
            engine.protocol.writePart(false, abc, 1, 1, false, out());
            String message = "a message in parts has not ended; send its last part first";
            assertThatIllegalStateException()
                    .isThrownBy(() -> engine.protocol.writeText("a", out()))
                    .withMessage(message);
            assertThatIllegalStateException()
                    .isThrownBy(() -> engine.protocol.writeMessage(true, abc, 1, 1, out()))
                    .withMessage(message);
            assertThat(engine.sent()).containsExactly("02 01 61");
            engine.protocol.writePart(false, abc, 1, 1, true, out());
            assertThat(engine.protocol.writeText("a", out())).isTrue();
        }

        @Test
        void writesPingsAndPongsOfUpTo125Bytes() {
            ByteBuf payload = Hex.buffer(ofBytes(126));
            assertThat(engine.protocol.writePing(payload, 0, 125, out())).isTrue();
            assertThat(engine.protocol.writePong(payload, 0, 0, out())).isTrue();
            assertThat(engine.sent()).containsExactly("89 7d " + ofBytes(125), "8a 00");
            String message = "control frame payload must be at most 125 bytes but was 126 (RFC 6455 §5.5)";
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.protocol.writePing(payload, 0, 126, out()))
                    .withMessage(message);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.protocol.writePong(payload, 0, 126, out()))
                    .withMessage(message);
            assertThat(engine.sent()).isEmpty();
        }

        @Test
        void writesACloseFrameWithoutACode() {
            assertThat(engine.protocol.writeClose(CloseCode.NO_STATUS, "", out()))
                    .isTrue();
            assertThat(engine.sent()).containsExactly("88 00");
            assertThat(engine.state()).isEqualTo(CLOSING);
        }

        @Test
        void writesTheLongestReason() {
            engine.protocol.writeClose(4999, "€".repeat(41), out());
            assertThat(engine.sent()).containsExactly("88 7d 1387" + "e282ac".repeat(41));
        }

        @ParameterizedTest
        @ValueSource(ints = {-1, 0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65536 + 1000})
        void refusesToSendOtherCodes(int code) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.protocol.writeClose(code, "", out()))
                    .withMessage("close code must be 1000-1003, 1007-1014 or 3000-4999 but was " + code
                            + " (RFC 6455 §7.4)");
            assertThat(engine.sent()).isEmpty();
            assertThat(engine.state()).isEqualTo(OPEN);
        }

        @Test
        void refusesToSendALongerReason() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.protocol.writeClose(1000, "€".repeat(41) + "a", out()))
                    .withMessage("close reason must be at most 123 bytes of UTF-8 but was 124 (RFC 6455 §5.5)");
            assertThat(engine.state()).isEqualTo(OPEN);
        }

        @Test
        void countsALoneSurrogateInAReasonAsTheThreeBytesItIsSentAs() {
            engine.protocol.writeClose(1000, "\uD800".repeat(41), out());
            assertThat(engine.sent()).containsExactly("88 7d 03e8" + "efbfbd".repeat(41));
            reopen(Limits.DEFAULTS);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.protocol.writeClose(1000, "\uD800".repeat(42), out()))
                    .withMessage("close reason must be at most 123 bytes of UTF-8 but was 126 (RFC 6455 §5.5)");
        }

        @Test
        void nothingFollowsOurCloseFrame() {
            engine.protocol.writeClose(1000, "", out());
            engine.sent();
            assertNothingCanBeWritten();
        }

        @Test
        void nothingFollowsTheAnswerToThePeersCloseFrame() {
            engine.receive("88 00");
            engine.sent();
            assertNothingCanBeWritten();
        }

        @Test
        void nothingFollowsTheCloseFrameOfAViolation() {
            engine.receive("83 00");
            engine.sent();
            assertNothingCanBeWritten();
        }

        @Test
        void aMessageInPartsThatTheCloseFrameCutOffForbidsNothing() {
            engine.protocol.writePart(true, abc, 1, 1, false, out());
            engine.receive("88 00");
            engine.sent();
            assertNothingCanBeWritten();
        }

        private void assertNothingCanBeWritten() {
            assertThat(engine.protocol.writeText("a", out())).isFalse();
            assertThat(engine.protocol.writeMessage(false, abc, 1, 3, out())).isFalse();
            assertThat(engine.protocol.writePart(false, abc, 1, 3, true, out())).isFalse();
            assertThat(engine.protocol.writePing(abc, 1, 3, out())).isFalse();
            assertThat(engine.protocol.writePong(abc, 1, 3, out())).isFalse();
            assertThat(engine.protocol.writeClose(1000, "", out())).isFalse();
            assertThat(engine.protocol.writeClose(CloseCode.NO_STATUS, "", out()))
                    .isFalse();
            assertThat(engine.sent()).isEmpty();
        }
    }

    @Nested
    class Disposing {
        @Test
        void releasesWhatIsHeldAndIsIdempotent() {
            engine.sink.holdsPongs = true;
            engine.receive("02 02 0102", "89 01 01");
            byte[] ping = Wire.from(role.peer(), "89 05 0102030405");
            engine.receiveBytes(Arrays.copyOf(ping, ping.length - 1));
            assertThat(engine.allocator.liveBytes()).isPositive();
            engine.protocol.dispose();
            engine.allocator.assertNothingLive();
            engine.protocol.dispose();
            engine.allocator.assertNothingLive();
        }

        @Test
        void nothingIsReadOrWrittenAfterwards() {
            engine.protocol.dispose();
            engine.receive("81 01 61", "89 00", "88 00");
            assertThat(engine.events()).isEmpty();
            assertThat(engine.protocol.writeText("a", engine.sink.out)).isFalse();
            assertThat(engine.protocol.writeClose(1000, "", engine.sink.out)).isFalse();
            engine.protocol.writeOwedPong(engine.sink.out);
            assertThat(engine.sent()).isEmpty();
            assertThat(engine.state().isClean()).isFalse();
        }

        @Test
        void aCleanCloseStaysClean() {
            engine.receive("88 00");
            engine.protocol.dispose();
            assertThat(engine.state()).isEqualTo(CLOSED_BY_PEER);
        }

        @Test
        void mayHappenInsideTheSink() {
            engine.sink.onEvent = event -> engine.protocol.dispose();
            engine.receive("01 01 61", "80 01 62", "81 01 63");
            assertThat(engine.events()).containsExactly("text \"ab\"");
            engine.allocator.assertNothingLive();
        }

        @Test
        void mayHappenInsideTheSinkOfAPing() {
            engine.sink.onEvent = event -> engine.protocol.dispose();
            engine.receiveByteByByte("89 01 61");
            engine.receive("81 01 63");
            assertThat(engine.events()).containsExactly("ping 61");
            engine.allocator.assertNothingLive();
        }

        @Test
        void mayHappenInsideTheSinkOfAChunk() {
            reopenStreamed();
            engine.sink.onEvent = event -> engine.protocol.dispose();
            engine.receive("01 02 61c3", "80 01 a4");
            assertThat(engine.events()).containsExactly("chunk text \"a\"");
            engine.allocator.assertNothingLive();
        }
    }

    @Test
    void aReadOnlyBufferIsRefusedByTheBufferItselfWhereItWouldHaveToBeUnmasked() {
        ByteBuf in = Unpooled.copiedBuffer(Wire.from(role.peer(), "81 01 61")).asReadOnly();
        if (role == Role.SERVER) {
            assertThatThrownBy(() -> engine.protocol.receive(in, engine.sink))
                    .isInstanceOf(ReadOnlyBufferException.class);
        } else {
            engine.protocol.receive(in, engine.sink);
            assertThat(engine.events()).containsExactly("text \"a\"");
        }
    }
}
