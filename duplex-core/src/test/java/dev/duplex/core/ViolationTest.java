package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every violation there is, provoked, with the close frame that answers it in hex. */
class ViolationTest {
    private static final Limits LIMITS =
            Limits.DEFAULTS.withMaxMessageBytes(200).withMaxFragments(2);

    /** What the peer sends, the close frame that answers it up to its code, in hex without masking, and its reason. */
    private record Case(Role role, String received, String answer, String reason) {}

    private static Case provoke(Violation violation) {
        return switch (violation) {
            case RESERVED_BITS -> client("a1 00", "88 2c 03ea", "reserved bit set that no extension defines");
            case RESERVED_OPCODE -> client("83 00", "88 11 03ea", "reserved opcode");
            case NON_MINIMAL_LENGTH -> client("82 7e0001", "88 29 03ea", "payload length not in its shortest form");
            case LENGTH_OVERFLOW ->
                client("82 7f8000000000000000", "88 35 03ea", "most significant bit of a 64-bit payload length set");
            case UNMASKED_FRAME -> new Case(Role.SERVER, "81 00", "88 23 03ea", "frame from a client is not masked");
            case MASKED_FRAME -> client("81 80 00000000", "88 1f 03ea", "frame from a server is masked");
            case FRAGMENTED_CONTROL -> client("09 00", "88 1d 03ea", "control frame is fragmented");
            case CONTROL_TOO_LONG -> client("89 7e007e", "88 2d 03ea", "control frame payload longer than 125 bytes");
            case UNEXPECTED_CONTINUATION ->
                client("80 00", "88 32 03ea", "continuation frame without a message to continue");
            case UNFINISHED_MESSAGE ->
                client("01 00 81 00", "88 31 03ea", "new message before the fragmented one has ended");
            case CLOSE_PAYLOAD_TOO_SHORT -> client("88 01 03", "88 21 03ea", "close frame payload of one byte");
            case CLOSE_CODE -> client("88 02 03ed", "88 21 03ea", "close code 1005 may not be sent");
            case CLOSE_REASON_UTF8 -> client("88 03 03e8ff", "88 1b 03ef", "close reason is not UTF-8");
            case TEXT_UTF8 -> client("81 01 ff", "88 13 03ef", "text is not UTF-8");
            case MESSAGE_TOO_BIG ->
                client("82 7e00c9", "88 31 03f1", "message larger than 200 bytes (maxMessageBytes)");
            case TOO_MANY_FRAGMENTS ->
                client("02 00 00 00 80 00", "88 2e 03f0", "message of more than 2 frames (maxFragments)");
            case CORRUPT_DEFLATE -> client("c1 01 ff", "88 25 03ef", "compressed message does not inflate");
            case TOO_MANY_INFLATING ->
                client("41 01 00", "88 32 03f5", "too many compressed messages under way in pieces");
        };
    }

    private static Case client(String received, String answer, String reason) {
        return new Case(Role.CLIENT, received, answer, reason);
    }

    @ParameterizedTest
    @EnumSource
    void isAnsweredByItsCloseFrame(Violation violation) {
        Case provoked = provoke(violation);
        boolean exhausted = violation == Violation.TOO_MANY_INFLATING;
        boolean inflating = exhausted || violation == Violation.CORRUPT_DEFLATE;
        try (Deflating deflating = new Deflating();
                Engine engine = Engine.of(
                        provoked.role,
                        LIMITS,
                        exhausted ? Delivery.STREAMED : Delivery.WHOLE,
                        inflating ? deflating.withoutTakeover(provoked.role) : null)) {
            if (exhausted) {
                deflating.leaseAll();
            }
            engine.receiveBytes(Hex.bytes(provoked.received));
            assertThat(engine.events()).containsExactly("violation " + violation + " \"" + provoked.reason + '"');
            assertThat(engine.sent()).containsExactly(provoked.answer + Hex.of(provoked.reason.getBytes(UTF_8)));
            assertThat(engine.state()).isEqualTo(CloseState.FAILED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesItsRuleItsSectionAndACodeThatMayBeSent(Violation violation) {
        assertThat(CloseCode.isValidOnWire(violation.closeCode())).isTrue();
        assertThat(violation.section()).matches("RFC (6455|7692) §[0-9.]+");
        assertThat(violation.rule().length()).isBetween(5, CloseCode.MAX_REASON_BYTES);
    }
}
