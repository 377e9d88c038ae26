package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.serve.FrameOptions.BadUtf8;
import dev.duplex.cli.serve.FrameOptions.Frame;
import dev.duplex.cli.serve.FrameOptions.NewlineIn;
import dev.duplex.cli.serve.FrameOptions.Type;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How messages of several clients stand in the input of one program. */
class EncoderTest {
    private static Encoder encoder(Frame frame, NewlineIn newlineIn, boolean tagged) {
        return new Encoder(
                new FrameOptions(frame, false, false, newlineIn, BadUtf8.replace, Type.text, 1 << 20, false), tagged);
    }

    /** With a bar for a newline, and a hash for NUL. */
    private static String written(Encoder encoder, String message) {
        byte[] payload = message.replace('|', '\n').replace('#', '\0').getBytes(StandardCharsets.UTF_8);
        byte[] bytes = encoder.message("ann", true, payload);
        return bytes == null
                ? "nothing"
                : new String(bytes, StandardCharsets.UTF_8).replace('\n', '|').replace('\0', '#');
    }

    @ParameterizedTest
    @CsvSource({
        "split, a, ann a|",
        "split, '', 'ann |'",
        "split, a|bob b, ann a|ann bob b|",
        "split, a||b|, ann a|ann |ann b|ann |",
        "escape, a|b\\c, ann a\\nb\\\\c|",
        "space, a|b, ann a b|",
        "reject, a|b, nothing",
        "reject, a b, ann a b|"
    })
    void namesTheClientBeforeEachLineThatTheProgramReads(NewlineIn policy, String message, String written) {
        assertThat(written(encoder(Frame.lines, policy, true), message)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({"a|b, ann a|b#", "a#bob b, ann a#ann bob b#"})
    void namesTheClientBeforeWhateverANulByteEnds(String message, String written) {
        assertThat(written(encoder(Frame.nul, NewlineIn.split, true), message)).isEqualTo(written);
    }

    @Test
    void namesTheClientWithinTheLengthOfItsMessage() {
        assertThat(written(encoder(Frame.len32, NewlineIn.split, true), "a|b#c"))
                .isEqualTo("###\tann a|b#c");
    }

    @ParameterizedTest
    @CsvSource({"lines, a|b|", "nul, a|b#", "chunk, a|b", "len32, ###\u0003a|b"})
    void writesOnlyWhatTheClientSaysWhereNoNameIsWanted(Frame frame, String written) {
        assertThat(written(encoder(frame, NewlineIn.split, false), "a|b")).isEqualTo(written);
    }
}
