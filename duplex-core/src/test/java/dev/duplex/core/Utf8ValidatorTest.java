package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8ValidatorTest {
    /** What can complete any valid beginning of a character (RFC 3629 §4). */
    private static final List<byte[]> COMPLETIONS = Stream.of(
                    "", "80", "8080", "808080", "a0", "a080", "90", "9080", "908080")
            .map(Hex::bytes)
            .toList();

    private final Utf8Validator validator = new Utf8Validator();

    private static boolean accepts(Utf8Validator validator, String hex) {
        ByteBuf bytes = Hex.buffer(hex);
        return validator.accept(bytes, 0, bytes.readableBytes());
    }

    @Test
    void beginsAtABoundaryAndTakesNothingForValid() {
        assertThat(validator.atBoundary()).isTrue();
        assertThat(accepts(validator, "")).isTrue();
        assertThat(validator.incomplete()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"c3, 1", "e2, 1", "e282, 2", "f0, 1", "f09f, 2", "f09f98, 3", "6161f09f98, 3"})
    void countsTheOctetsOfACharacterNotYetComplete(String hex, int octets) {
        assertThat(accepts(validator, hex)).isTrue();
        assertThat(validator.atBoundary()).isFalse();
        assertThat(validator.incomplete()).isEqualTo(octets);
    }

    @Test
    void knowsEveryCodePoint() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(point).getBytes(UTF_8);
                assertThat(validator.accept(Unpooled.wrappedBuffer(bytes), 0, bytes.length) && validator.atBoundary())
                        .as("U+%04X", point)
                        .isTrue();
            }
        }
    }

    /** RFC 3629 §4: every pair of octets that begins a character, and no other. */
    @Test
    void knowsEveryPairOfOctets() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                byte[] bytes = {(byte) first, (byte) second};
                assertThat(new Utf8Validator().accept(Unpooled.wrappedBuffer(bytes), 0, 2))
                        .as("%02x %02x", first, second)
                        .isEqualTo(isValidPrefix(bytes, 2));
            }
        }
    }

    @Property
    void agreesWithTheStrictDecoderOfTheJdkOnEveryPrefixInAnySplit(
            @ForAll("octets") byte[] bytes, @ForAll @IntRange(min = 1, max = 20) int piece) {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        Utf8Validator inPieces = new Utf8Validator();
        for (int from = 0; from < bytes.length; from += piece) {
            int to = Math.min(bytes.length, from + piece);
            boolean valid = inPieces.accept(buffer, from, to - from);
            assertThat(valid).as("%s up to %d", Hex.of(bytes), to).isEqualTo(isValidPrefix(bytes, to));
            if (!valid) {
                return;
            }
            assertThat(inPieces.atBoundary())
                    .as("%s up to %d", Hex.of(bytes), to)
                    .isEqualTo(isValid(bytes, to));
            int complete = to - inPieces.incomplete();
            assertThat(isValid(bytes, complete))
                    .as("%s up to %d", Hex.of(bytes), complete)
                    .isTrue();
        }
        Utf8Validator atOnce = new Utf8Validator();
        assertThat(atOnce.accept(buffer, 0, bytes.length) && atOnce.atBoundary())
                .isEqualTo(isValid(bytes, bytes.length));
    }

    /** Whether some valid text begins with these octets. The JDK's decoder alone sees a surrogate at its end only. */
    private static boolean isValidPrefix(byte[] bytes, int length) {
        return COMPLETIONS.stream().anyMatch(completion -> {
            byte[] whole = Arrays.copyOf(bytes, length + completion.length);
            System.arraycopy(completion, 0, whole, length, completion.length);
            return isValid(whole, whole.length);
        });
    }

    private static boolean isValid(byte[] bytes, int length) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Valid characters, the octets at the edges of RFC 3629 §4, and any others. */
    @Provide
    Arbitrary<byte[]> octets() {
        Arbitrary<String> characters = Arbitraries.of("61", "c3a4", "e282ac", "f09f9880", "61".repeat(9), "efbfbd");
        Arbitrary<String> edges = Arbitraries.of(
                "80", "8f", "90", "9f", "a0", "bf", "c0", "c1", "c2", "df", "e0", "ec", "ed", "ef", "f0", "f3", "f4",
                "f5", "ff");
        Arbitrary<String> any = Arbitraries.integers().between(0, 255).map("%02x"::formatted);
        return Arbitraries.frequencyOf(Tuple.of(12, characters), Tuple.of(3, edges), Tuple.of(1, any))
                .list()
                .ofMaxSize(16)
                .map((List<String> hex) -> Hex.bytes(String.join("", hex)));
    }
}
