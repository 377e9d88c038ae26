package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What attacks on other implementations have taught about frames, against the protocol alone and for each role: the
 * answer, and the memory that the peer can make us hold. The names begin with the rows of the project's table of
 * hostile input.
 */
@ParameterizedClass
@EnumSource(Role.class)
class HostileFramesTest {
    private static final Limits LIMITS = Limits.DEFAULTS;
    private static final String TOO_BIG = "message larger than 1048576 bytes (maxMessageBytes)";
    private static final long GIB = 1L << 30;

    @Parameter
    Role role;

    private Engine engine;

    @BeforeEach
    void openConnection() {
        engine = Engine.of(role);
    }

    @AfterEach
    void nothingIsLeft() {
        engine.close();
    }

    private void reopen() {
        engine.close();
        engine = Engine.of(role);
    }

    private static String length64(long length) {
        return "7f%016x".formatted(length);
    }

    private void refusesOnTheHeader(String header, Violation violation, String reason) {
        reopen();
        engine.receiveByteByByte(header);
        engine.assertFailedWith(violation, reason);
        assertThat(engine.allocator.count()).as("buffers for %s", header).isZero();
        engine.receiveBytes(new byte[100_000]);
        assertThat(engine.allocator.count())
                .as("buffers for what follows %s", header)
                .isZero();
        assertThat(engine.sink.out.isReadable()).isFalse();
    }

    @Test
    @DisplayName("F01 a 64-bit length with its most significant bit set, and 2^63-1, are refused on the header")
    void refusesLengthsBeyondAllMeasure() {
        refusesOnTheHeader(
                "82" + length64(Long.MIN_VALUE), Violation.LENGTH_OVERFLOW, Violation.LENGTH_OVERFLOW.rule());
        refusesOnTheHeader("82" + length64(-1), Violation.LENGTH_OVERFLOW, Violation.LENGTH_OVERFLOW.rule());
        refusesOnTheHeader("82" + length64(Long.MAX_VALUE), Violation.MESSAGE_TOO_BIG, TOO_BIG);
        refusesOnTheHeader("02" + length64(Long.MAX_VALUE), Violation.MESSAGE_TOO_BIG, TOO_BIG);
    }

    @Test
    @DisplayName("F01 2^63-1 in a continuation does not overflow what the message has been charged so far")
    void theChargeDoesNotOverflow() {
        engine.receive("02 01 00").receiveByteByByte("80" + length64(Long.MAX_VALUE));
        engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, TOO_BIG);
    }

    @Test
    @DisplayName("F02 sizes around 2^31, 1 GiB and the limit plus one are refused before any payload")
    void refusesDeclaredSizesOverTheLimit() {
        for (long length = (1L << 31) - 15; length <= (1L << 31) + 15; length++) {
            refusesOnTheHeader("82" + length64(length), Violation.MESSAGE_TOO_BIG, TOO_BIG);
        }
        for (long length : new long[] {(1L << 32) - 1, 1L << 32, (1L << 32) + 1, GIB, LIMITS.maxMessageBytes() + 1}) {
            refusesOnTheHeader("81" + length64(length), Violation.MESSAGE_TOO_BIG, TOO_BIG);
        }
    }

    @Test
    @DisplayName("F04 lengths not in their shortest form are refused")
    void refusesNonMinimalLengths() {
        String rule = Violation.NON_MINIMAL_LENGTH.rule();
        refusesOnTheHeader("82 7e0005", Violation.NON_MINIMAL_LENGTH, rule);
        refusesOnTheHeader("82" + length64(100), Violation.NON_MINIMAL_LENGTH, rule);
        refusesOnTheHeader("82" + length64(65_535), Violation.NON_MINIMAL_LENGTH, rule);
    }

    @Test
    @DisplayName("F05 an unmasked frame from a client and a masked one from a server are refused")
    void refusesTheWrongMasking() {
        byte[] frame = Hex.bytes("81 05 48656c6c6f");
        engine.receiveBytes(role == Role.SERVER ? frame : Wire.masked(frame, 0));
        engine.assertFailedWith(role == Role.SERVER ? Violation.UNMASKED_FRAME : Violation.MASKED_FRAME);
    }

    @Test
    @DisplayName("F06 every combination of reserved bits is refused without an extension")
    void refusesReservedBits() {
        for (int bits = 1; bits < 8; bits++) {
            for (int opcode : new int[] {0, 1, 2, 8, 9, 10}) {
                refusesOnTheHeader(
                        "%02x00".formatted(0x80 | bits << 4 | opcode),
                        Violation.RESERVED_BITS,
                        Violation.RESERVED_BITS.rule());
            }
        }
    }

    @Test
    @DisplayName("F07 reserved opcodes are refused on the header, whatever size they declare")
    void refusesReservedOpcodes() {
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            for (String length : new String[] {"00", "01", length64(GIB)}) {
                for (int fin : new int[] {0x80, 0}) {
                    refusesOnTheHeader(
                            "%02x".formatted(fin | opcode) + length,
                            Violation.RESERVED_OPCODE,
                            Violation.RESERVED_OPCODE.rule());
                }
            }
        }
    }

    @Test
    @DisplayName("F08 control frames with an extended length or without FIN are refused")
    void refusesLongAndFragmentedControlFrames() {
        for (String opcode : new String[] {"8", "9", "a"}) {
            String tooLong = Violation.CONTROL_TOO_LONG.rule();
            refusesOnTheHeader("8" + opcode + "7e007e", Violation.CONTROL_TOO_LONG, tooLong);
            refusesOnTheHeader("8" + opcode + length64(GIB), Violation.CONTROL_TOO_LONG, tooLong);
            refusesOnTheHeader("0" + opcode + "00", Violation.FRAGMENTED_CONTROL, Violation.FRAGMENTED_CONTROL.rule());
            refusesOnTheHeader("0" + opcode + "01", Violation.FRAGMENTED_CONTROL, Violation.FRAGMENTED_CONTROL.rule());
        }
    }

    @Test
    @DisplayName("F09 one-byte fragments that never end are refused at the cap, with little held until then")
    void refusesEndlessTinyFragments() {
        byte[] fragment = Wire.from(role.peer(), "00 01 61");
        engine.receive("02 01 61");
        int fragments = 1;
        while (engine.state() == CloseState.OPEN) {
            engine.receiveBytes(fragment);
            fragments++;
        }
        assertThat(fragments).isEqualTo(LIMITS.maxFragments() + 1);
        engine.assertFailedWith(Violation.TOO_MANY_FRAGMENTS, "message of more than 4096 frames (maxFragments)");
        assertThat(engine.allocator.peakBytes()).isLessThanOrEqualTo(2 * 8192);
        assertThat(engine.allocator.liveBytes()).isZero();
    }

    @Test
    @DisplayName("F09 what a fragment costs beside its payload counts against the message limit")
    void chargesFragmentsAgainstTheLimit() {
        engine.close();
        engine = Engine.of(role, LIMITS.withMaxMessageBytes(64 * 100).withMaxFragments(Integer.MAX_VALUE));
        engine.receive("02 01 61");
        int fragments = 1;
        while (engine.state() == CloseState.OPEN) {
            engine.receive("00 01 61");
            fragments++;
        }
        assertThat(fragments).isEqualTo(101);
        engine.assertFailedWith(Violation.MESSAGE_TOO_BIG, "message larger than 6400 bytes (maxMessageBytes)");
    }

    @Test
    @DisplayName("F10 endless empty fragments are refused at the cap, and hold nothing")
    void refusesEndlessEmptyFragments() {
        for (Delivery delivery : Delivery.values()) {
            engine.close();
            engine = Engine.of(role, LIMITS, delivery, null);
            engine.receive("01 00");
            byte[] fragment = Wire.from(role.peer(), "00 00");
            int fragments = 1;
            while (engine.state() == CloseState.OPEN) {
                engine.receiveBytes(fragment);
                fragments++;
            }
            assertThat(fragments).isEqualTo(LIMITS.maxFragments() + 1);
            engine.assertFailedWith(Violation.TOO_MANY_FRAGMENTS, "message of more than 4096 frames (maxFragments)");
            assertThat(engine.allocator.count()).isZero();
        }
    }

    @Test
    @DisplayName("F11 twice as many frames of 16 bytes are twice the work, counted in bytes touched and copied")
    void workIsLinearInFrames() {
        long once = workFor(8_192);
        long twice = workFor(16_384);
        assertThat(twice).isGreaterThan(16_384 * 16).isLessThanOrEqualTo(once * 22 / 10);
        // A header, a key and the charge of a copy for sixteen bytes; a frame of its own would not even be copied.
        assertThat(twice).isLessThanOrEqualTo(6 * 16_384 * 16);
    }

    private long workFor(int frames) {
        Limits roomy = LIMITS.withMaxMessageBytes(64 << 20).withMaxFragments(frames);
        try (Engine many = Engine.of(role, roomy)) {
            String[] hex = new String[frames];
            Arrays.fill(hex, "00 10" + "61".repeat(16));
            hex[0] = hex[0].replaceFirst("00", "01");
            hex[frames - 1] = hex[frames - 1].replaceFirst("00", "80");
            CountingInput in = new CountingInput(Wire.from(role.peer(), hex));
            many.protocol.receive(in, many.sink);
            in.release();
            assertThat(many.events()).containsExactly("text \"" + "a".repeat(16 * frames) + '"');
            return in.touched + many.allocator.allocatedBytes();
        }
    }

    @Test
    @DisplayName("F12 a continuation first and a text inside a fragmented text are refused, a ping inside is legal")
    void refusesFragmentsOutOfOrder() {
        engine.receive("80 01 61");
        engine.assertFailedWith(Violation.UNEXPECTED_CONTINUATION);
        reopen();
        engine.receive("01 01 61", "81 01 62");
        engine.assertFailedWith(Violation.UNFINISHED_MESSAGE);
        reopen();
        engine.receive("01 01 61", "89 01 00", "80 01 62");
        assertThat(engine.events()).containsExactly("ping 00", "text \"ab\"");
        assertThat(engine.sent()).containsExactly("8a 01 00");
    }

    @Test
    @DisplayName("F15 streams cut at every byte offset, once and byte by byte, give identical events")
    void cutsChangeNothing() {
        for (String[] stream : STREAMS) {
            byte[] wire = Wire.from(role.peer(), stream);
            for (Delivery delivery : Delivery.values()) {
                String whole = outcome(delivery, wire, wire.length);
                for (int cut = 0; cut <= wire.length; cut++) {
                    assertThat(outcome(delivery, wire, cut))
                            .as("%s cut at %d", stream[0], cut)
                            .isEqualTo(whole);
                }
            }
        }
    }

    private static final String[][] STREAMS = {
        {"81 05 48656c6c6f", "82 7e0080" + "ff".repeat(128), "89 02 0102", "8a 00", "88 05 03e8627965", "81 01 61"},
        {"01 02 c3a4", "89 00", "00 01 e2", "8a 01 00", "80 02 82ac", "02 00", "00 02 0102", "80 00", "88 00"},
        {"81 04 f09f9880", "81 7e0082" + "c3a4".repeat(65), "88 02 0fa0"},
        {"81 06 61c3a4 eda080", "81 01 61"},
        {"01 03 6162f0", "80 00"},
        {"82 01 00", "80 00"},
        {"01 01 61", "c1 01 61"},
        {"89 7d" + "00".repeat(125), "89 7e007e" + "00".repeat(126)},
        {"82 7e0010" + "00".repeat(16)},
        {"81 01 61", "88 03 03e8ff"},
        {"88 01 03"},
        {"02 01 00", "83 7f0000000040000000"},
    };

    /** Chunks that follow each other are joined, as are the bytes sent. */
    private String outcome(Delivery delivery, byte[] wire, int cut) {
        try (Engine split = Engine.of(role, LIMITS, delivery, null)) {
            split.receiveBytes(Arrays.copyOf(wire, cut));
            split.receiveBytes(Arrays.copyOfRange(wire, cut, wire.length));
            return Events.joined(split.events()) + " / " + Hex.of(split.sentBytes()) + " / " + split.state();
        }
    }

    @Test
    @DisplayName("F16 data in the same read as the close frame is ignored, and one close frame is the answer")
    void ignoresDataAfterClose() {
        engine.receive("88 02 03e8", "81 05 48656c6c6f", "89 00", "88 02 03e9", "ff 00");
        assertThat(engine.events()).containsExactly("close 1000 \"\"");
        assertThat(engine.sent()).containsExactly("88 02 03e8");
    }

    @Test
    @DisplayName("F17 bad UTF-8 is refused at the bad byte: cut code points, overlong, surrogates, beyond U+10FFFF")
    void refusesBadUtf8AtTheBadByte() {
        Stream.of("80", "c0af", "e080af", "f08080af", "c0", "eda080", "edbfbf", "f4908080", "f8888080", "fe", "ff")
                .forEach(bad -> {
                    for (String good : new String[] {"", "61", "c3a4", "61".repeat(15), "f09f9880"}) {
                        assertFailsWithinItsFirstTwoBytes(good, bad);
                    }
                });
    }

    private void assertFailsWithinItsFirstTwoBytes(String good, String bad) {
        reopen();
        byte[] wire = Wire.from(role.peer(), "01 7d" + good + bad);
        int badAt = wire.length - Hex.bytes(bad).length;
        int read = 0;
        while (engine.state() == CloseState.OPEN && read < wire.length) {
            engine.receiveBytes(wire[read++]);
        }
        engine.assertFailedWith(Violation.TEXT_UTF8);
        assertThat(read - badAt).as("bytes of %s needed", bad).isBetween(1, 2);
    }

    @Test
    @DisplayName("F17 code points cut by fragments are put together, and one cut by the end of the message is refused")
    void refusesTextTruncatedAtItsEnd() {
        byte[] text = "aä€😀".getBytes(UTF_8);
        for (int cut = 0; cut <= text.length; cut++) {
            reopen();
            byte[] head = Arrays.copyOf(text, cut);
            byte[] tail = Arrays.copyOfRange(text, cut, text.length);
            engine.receive(Wire.frame(0x01, head), Wire.frame(0x80, tail));
            assertThat(engine.events()).containsExactly("text \"aä€😀\"");
            boolean boundary = List.of(0, 1, 3, 6, 10).contains(cut);
            engine.receive(Wire.frame(0x81, head));
            if (boundary) {
                assertThat(engine.events())
                        .hasSize(1)
                        .allSatisfy(event -> assertThat(event).startsWith("text"));
            } else {
                engine.assertFailedWith(Violation.TEXT_UTF8);
            }
        }
    }

    @Test
    @DisplayName("F17 a bad byte early in a message of 1 GiB is refused at once")
    void refusesABadByteEarlyInAHugeMessage() {
        engine.close();
        engine = Engine.of(role, LIMITS.withMaxMessageBytes(GIB));
        engine.receive("81" + length64(GIB) + "61".repeat(100) + "ff");
        engine.assertFailedWith(Violation.TEXT_UTF8);
        assertThat(engine.allocator.peakBytes()).isZero();
    }

    @Test
    @DisplayName("F18 a close frame of one byte is refused")
    void refusesACloseFrameOfOneByte() {
        engine.receive("88 01 03");
        engine.assertFailedWith(Violation.CLOSE_PAYLOAD_TOO_SHORT);
    }

    @Test
    @DisplayName("F18 close codes 0-999, 1004-1006, 1015-2999 and from 5000 are refused, all others echoed")
    void refusesCodesThatMayNotBeSent() {
        List<Integer> accepted = new ArrayList<>();
        IntStream.concat(IntStream.range(0, 6000), IntStream.of(10_000, 32_768, 65_535))
                .forEach(code -> {
                    try (Engine closing = Engine.of(role)) {
                        closing.receive("88 02 %04x".formatted(code));
                        if (closing.state() == CloseState.CLOSED_BY_PEER) {
                            accepted.add(code);
                            assertThat(closing.sent()).containsExactly("88 02 %04x".formatted(code));
                        } else {
                            closing.assertFailedWith(Violation.CLOSE_CODE, "close code " + code + " may not be sent");
                        }
                    }
                });
        assertThat(accepted)
                .isEqualTo(IntStream.concat(
                                IntStream.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
                                IntStream.range(3000, 5000))
                        .boxed()
                        .toList());
    }

    @Test
    @DisplayName("F18 a close reason that is not UTF-8 is refused with 1007, one of 124 bytes with 1002")
    void refusesBadReasons() {
        engine.receive("88 05 03e8 c3a4c3");
        engine.assertFailedWith(Violation.CLOSE_REASON_UTF8);
        reopen();
        engine.receive("88 7e007e 03e8" + "61".repeat(124));
        engine.assertFailedWith(Violation.CONTROL_TOO_LONG);
    }

    @Test
    @DisplayName("C08 RSV1 on a continuation or a control frame is refused, with and without permessage-deflate")
    void refusesRsv1WhereItMeansNothing() {
        for (boolean negotiated : new boolean[] {false, true}) {
            for (String frame : new String[] {"c0 00", "c8 00", "c9 00", "ca 00"}) {
                for (String first : new String[] {"01 01 61", "41 01 f2"}) {
                    if (!negotiated && first.startsWith("4")) {
                        continue;
                    }
                    try (Deflating deflating = new Deflating();
                            Engine deflated = Engine.of(
                                    role,
                                    LIMITS,
                                    Delivery.WHOLE,
                                    negotiated ? deflating.withoutTakeover(role) : null)) {
                        deflated.receive(first, frame);
                        deflated.assertFailedWith(Violation.RESERVED_BITS);
                        assertThat(deflated.allocator.liveBytes()).isZero();
                    }
                }
            }
        }
    }
}
