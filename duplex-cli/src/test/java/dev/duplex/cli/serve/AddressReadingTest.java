package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cli.serve.FrameOptions.BadUtf8;
import dev.duplex.cli.serve.FrameOptions.Frame;
import dev.duplex.cli.serve.FrameOptions.NewlineIn;
import dev.duplex.cli.serve.FrameOptions.Type;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whom a message of a program is for. */
class AddressReadingTest {
    private static FrameOptions frames(Frame frame, Type type, BadUtf8 badUtf8) {
        return new FrameOptions(frame, false, false, NewlineIn.split, badUtf8, type, 1 << 20, false);
    }

    private static String read(FrameOptions frames, String hex) throws FramingException {
        Decoder decoder = Decoder.addressed(frames);
        byte[] bytes = HexFormat.of().parseHex(hex);
        decoder.add(bytes, bytes.length);
        return told(decoder.next());
    }

    private static String told(@Nullable ProgramMessage message) {
        if (message instanceof ProgramMessage.To to) {
            return to.connection() + ": " + told(to.message());
        }
        if (message instanceof ProgramMessage.Binary binary) {
            return "binary " + HexFormat.of().formatHex(binary.bytes());
        }
        return message instanceof ProgramMessage.Text text ? "text " + text.text() : String.valueOf(message);
    }

    @ParameterizedTest
    @CsvSource({
        "6120 68690a, a: text hi",
        "2a20 68690a, text hi",
        "6120 206869200a, 'a: text  hi '",
        "61 0a, 'a: text '",
        "2a 0a, 'text '",
        "0a, ': text '"
    })
    void isWhatStandsBeforeTheFirstSpace(String line, String read) throws FramingException {
        assertThat(read(frames(Frame.lines, Type.text, BadUtf8.replace), line.replace(" ", "")))
                .isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource({
        "lines, binary, replace, 6120ff0a",
        "lines, auto, replace, 6120ff0a",
        "lines, text, binary, 6120ff0a",
        "nul, binary, replace, 6120ff00",
        "len32, binary, replace, 000000036120ff"
    })
    void isNoPartOfABinaryMessage(Frame frame, Type type, BadUtf8 badUtf8, String bytes) throws FramingException {
        assertThat(read(frames(frame, type, badUtf8), bytes)).isEqualTo("a: binary ff");
    }

    @ParameterizedTest
    @EnumSource(
            value = Frame.class,
            names = {"chunk", "ndjson"})
    void isNotSaidWhereAMessageHasNoBeginningOrSaysItOtherwise(Frame frame) {
        FrameOptions frames = frames(frame, Type.text, BadUtf8.replace);
        assertThatThrownBy(() -> Decoder.addressed(frames)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void doesNotHideWhatIsNoUtf8() {
        FrameOptions frames = frames(Frame.lines, Type.text, BadUtf8.close);
        assertThatThrownBy(() -> read(frames, "6120ff0a")).hasMessageContaining("--bad-utf8");
    }
}
