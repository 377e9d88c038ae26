package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.cli.serve.FrameOptions.BadUtf8;
import dev.duplex.cli.serve.FrameOptions.Frame;
import dev.duplex.cli.serve.FrameOptions.NewlineIn;
import dev.duplex.cli.serve.FrameOptions.Type;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How messages become what programs read, and what they write becomes messages. */
@Timeout(120)
class LineMessagesTest {
    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;

    private static FrameOptions frames(Frame frame, Type type) {
        return new FrameOptions(frame, false, false, NewlineIn.split, BadUtf8.replace, type, 1 << 20, false);
    }

    private static FrameOptions lines(NewlineIn newlineIn, BadUtf8 badUtf8) {
        return new FrameOptions(Frame.lines, false, false, newlineIn, badUtf8, Type.text, 1 << 20, false);
    }

    private static String hex(RawClient client) {
        RawClient.Frame frame = client.frame();
        return frame.opcode() + ":" + frame.hex();
    }

    @Test
    void sendsEachLineWithoutItsEndAndTheLastOneWithoutAny() {
        try (Served served = Served.shell("printf 'a\\nb\\r\\n\\nc\\r\\r\\nd\\re\\nlast'");
                RawClient client = served.connect()) {
            for (String line : List.of("a", "b", "", "c\r", "d\re", "last")) {
                assertThat(client.text()).isEqualTo(line);
            }
            assertThat(Served.close(client)).isEqualTo("1000");
        }
    }

    @Test
    void keepsTheCarriageReturnAndDropsTheTailIfThatIsWanted() {
        FrameOptions frames =
                new FrameOptions(Frame.lines, true, true, NewlineIn.split, BadUtf8.replace, Type.text, 1 << 20, false);
        try (Served served =
                        Served.setup().shell("printf 'a\\r\\nb'").frames(frames).start();
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo("a\r");
            assertThat(Served.close(client)).isEqualTo("1000");
        }
    }

    @ParameterizedTest
    @CsvSource({"split, 'x|y\\z|'", "escape, 'x\\ny\\\\z|'", "space, 'x y\\z|'"})
    void tellsTheProgramOfANewlineAsItIsWanted(NewlineIn policy, String read) {
        try (Served served = Served.setup()
                        .shell("head -c " + (read.length()) + " | tr '\\n' '|'")
                        .frames(lines(policy, BadUtf8.replace))
                        .start();
                RawClient client = served.connect()) {
            assertThat(client.sendText("x\ny\\z").text()).isEqualTo(read);
        }
    }

    @Test
    void closesWhoSendsANewlineWhereNoneIsWanted() {
        try (Served served = Served.setup()
                        .frames(lines(NewlineIn.reject, BadUtf8.replace))
                        .start();
                RawClient client = served.connect()) {
            assertThat(client.sendText("good").text()).isEqualTo("good");
            client.sendText("x\ny");
            assertThat(Served.close(client)).startsWith("1008 ");
        }
    }

    @Test
    void neverGluesABinaryMessageToTheNextOne() {
        try (Served served = Served.program("cat");
                RawClient client = served.connect()) {
            client.sendBinary("62696e617279");
            client.sendText("after");
            assertThat(client.text()).isEqualTo("binary");
            assertThat(client.text()).isEqualTo("after");
        }
    }

    @ParameterizedTest
    @CsvSource({"replace, 1:61efbfbd62", "binary, 2:61ff62"})
    void sendsWhatIsNoUtf8AsItIsWanted(BadUtf8 policy, String frame) {
        try (Served served = Served.setup()
                        .shell("printf 'a\\377b\\ngood\\n'")
                        .frames(lines(NewlineIn.split, policy))
                        .start();
                RawClient client = served.connect()) {
            assertThat(hex(client)).isEqualTo(frame);
            assertThat(client.text()).isEqualTo("good");
        }
    }

    @Test
    void closesWith1007WhatIsNoUtf8IfThatIsWanted() {
        try (Served served = Served.setup()
                        .shell("printf 'a\\377b\\n'; cat")
                        .frames(lines(NewlineIn.split, BadUtf8.close))
                        .start();
                RawClient client = served.connect()) {
            assertThat(Served.close(client)).startsWith("1007 ");
            served.awaitLog("--bad-utf8");
        }
    }

    @Test
    void refusesBadUtf8OfClientsWith1007() {
        try (Served served = Served.program("cat");
                RawClient client = served.connect()) {
            client.send(TEXT, new byte[] {'a', (byte) 0xFF});
            assertThat(Served.close(client)).startsWith("1007");
        }
    }

    @Test
    void splitsALineThatIsTooLongBetweenCharactersIfThatIsWanted() {
        FrameOptions six =
                new FrameOptions(Frame.lines, false, false, NewlineIn.split, BadUtf8.close, Type.text, 6, true);
        try (Served served = Served.setup()
                        .shell("printf '123456\\r\\n1234567\\r\\nxäöüß\\n€€€€\\n12345\\303\\274'")
                        .frames(six)
                        .start();
                RawClient client = served.connect()) {
            for (String expected : List.of("123456", "123456", "7", "xäö", "üß", "€€", "€€", "12345", "ü")) {
                assertThat(client.text()).isEqualTo(expected);
            }
            assertThat(Served.close(client)).isEqualTo("1000");
        }
    }

    @Test
    void splitsWhatHasNoEndAtAll() {
        FrameOptions thousand =
                new FrameOptions(Frame.lines, false, false, NewlineIn.split, BadUtf8.binary, Type.text, 1000, true);
        try (Served served = Served.setup()
                        .shell("head -c 1000000 /dev/zero | tr '\\0' '\\200'; sleep 1000")
                        .frames(thousand)
                        .start();
                RawClient client = served.connect()) {
            for (int i = 0; i < 990; i++) {
                assertThat(client.frame().payload()).as("bytes of no character").hasSize(1000);
            }
        }
    }

    @Test
    void passesNulBytes() {
        try (Served served = Served.program("cat");
                RawClient client = served.connect()) {
            assertThat(client.sendText("a\0b").text()).isEqualTo("a\0b");
        }
    }

    @Test
    void separatesByNulBytes() {
        try (Served served = Served.setup().frames(frames(Frame.nul, Type.text)).start();
                RawClient client = served.connect()) {
            assertThat(client.sendText("two\nlines").text()).isEqualTo("two\nlines");
        }
    }

    @Test
    void putsTheLengthBeforeEachMessage() {
        try (Served served =
                        Served.setup().frames(frames(Frame.len32, Type.binary)).start();
                RawClient client = served.connect()) {
            client.sendBinary("000a0d");
            assertThat(hex(client)).isEqualTo("2:000a0d");
            client.sendBinary("");
            assertThat(hex(client)).isEqualTo("2:");
        }
    }

    @Test
    void refusesALengthThatIsTooMuch() {
        try (Served served = Served.setup()
                        .shell("printf '\\177\\377\\377\\377hello'; cat")
                        .frames(frames(Frame.len32, Type.binary))
                        .start();
                RawClient client = served.connect()) {
            assertThat(Served.close(client)).isEqualTo("1011 unusable output");
            served.awaitLog("2147483647 bytes");
        }
    }

    @Test
    void sendsBytesAsTheyComeAndCutsNoCharacter() {
        try (Served served = Served.setup()
                        .shell("printf 'x\\303'; head -c 1 >/dev/null; printf '\\251'; cat")
                        .frames(frames(Frame.chunk, Type.text))
                        .start();
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo("x");
            assertThat(client.sendText("!").text()).isEqualTo("é");
        }
    }

    @Test
    void decidesByTheBytesWhatIsText() {
        try (Served served = Served.setup()
                        .shell("printf 'good\\n\\377\\n'")
                        .frames(frames(Frame.lines, Type.auto))
                        .start();
                RawClient client = served.connect()) {
            assertThat(hex(client)).isEqualTo("1:676f6f64");
            assertThat(hex(client)).isEqualTo("2:ff");
        }
    }

    @Test
    void closesWith1011ALineThatIsTooLong() {
        try (Served served = Served.setup()
                        .shell("head -c 50000000 /dev/zero | tr '\\0' x; cat")
                        .start();
                RawClient client = served.connect()) {
            assertThat(Served.close(client)).isEqualTo("1011 unusable output");
            served.awaitLog("--max-line");
        }
    }

    @Test
    void echoesAMessageThatIsLargerThanAnyPipe() {
        String large = "x".repeat(1_000_000);
        try (Served served = Served.program("cat");
                RawClient client = served.connect()) {
            assertThat(client.sendText(large).text()).isEqualTo(large);
        }
    }

    @Test
    void deliversTwoHundredThousandShortLinesInOrder() {
        try (Served served = Served.program("seq", "200000");
                RawClient client = served.connect()) {
            for (int i = 1; i <= 200_000; i++) {
                assertThat(client.text()).isEqualTo(Integer.toString(i));
            }
            assertThat(Served.close(client)).isEqualTo("1000");
        }
    }

    @ParameterizedTest
    @EnumSource(Frame.class)
    void passesEveryFrameThroughAProgramThatEchoes(Frame frame) {
        Type type = frame == Frame.chunk || frame == Frame.len32 ? Type.binary : Type.text;
        String script = frame == Frame.ndjson
                ? "while read -r line; do case $line in *'\"text\"'*) echo \"$line\";; esac; done"
                : "cat";
        try (Served served =
                        Served.setup().shell(script).frames(frames(frame, type)).start();
                RawClient client = served.connect()) {
            RawClient.Frame echo = client.sendText("ça va?").frame();
            assertThat(echo.text()).isEqualTo("ça va?");
            assertThat(echo.firstByte()).isEqualTo(type == Type.binary ? BINARY : TEXT);
        }
    }
}
