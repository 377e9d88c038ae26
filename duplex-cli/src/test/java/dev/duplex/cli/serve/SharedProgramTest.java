package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.duplex.cli.RawClient;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One program for several clients. */
@Timeout(60)
class SharedProgramTest {
    private static SharedOptions options(boolean tagged, SharedOptions.Restart restart, int replay) {
        return new SharedOptions(tagged, restart, replay);
    }

    @Test
    void sendsEverythingToEverybody() {
        try (Served served = Served.setup()
                        .shared(options(false, SharedOptions.Restart.never, 0), "cat")
                        .start();
                RawClient one = served.connect();
                RawClient two = served.connect()) {
            // Each has come in for sure once it gets what it says itself.
            assertThat(one.sendText("from one").text()).isEqualTo("from one");
            two.sendText("from two");
            assertThat(one.text()).isEqualTo("from two");
            String first = two.text();
            assertThat(first.equals("from one") ? two.text() : first).isEqualTo("from two");
            assertThat(served.launcher().running()).isEqualTo(1);
        }
    }

    @Test
    void namesWhoSpeaksAndWhoIsMeantIfThatIsWanted() {
        String script =
                "while read -r who what; do case $what in all*) echo \"* $what\";; *) echo \"$who you said $what\";;"
                        + " esac; done";
        try (Served served = Served.setup()
                        .shared(options(true, SharedOptions.Restart.never, 0), script)
                        .start();
                RawClient one = served.connect();
                RawClient two = served.connect()) {
            assertThat(two.sendText("b").text()).isEqualTo("you said b");
            assertThat(one.sendText("a").text()).isEqualTo("you said a");
            one.sendText("all of us");
            assertThat(one.text()).isEqualTo("all of us");
            assertThat(two.text()).isEqualTo("all of us");
        }
    }

    @Test
    void givesNewcomersTheLastMessages() {
        try (Served served = Served.setup()
                .shared(options(false, SharedOptions.Restart.never, 2), "seq 1 5; cat")
                .start()) {
            try (RawClient first = served.connect()) {
                first.sendText("6");
                while (!first.text().equals("6")) {
                    continue;
                }
            }
            try (RawClient newcomer = served.connect()) {
                assertThat(newcomer.text()).isEqualTo("5");
                assertThat(newcomer.text()).isEqualTo("6");
            }
        }
    }

    @Test
    void startsAFailedProgramAgainAndKeepsItsClients() {
        try (Served served = Served.setup()
                        .shared(options(false, SharedOptions.Restart.onFailure, 1), "echo $$; read -r line; exit 3")
                        .start();
                RawClient client = served.connect()) {
            String first = client.text();
            client.sendText("die");
            String second = client.text();
            assertThat(second).matches("[0-9]+").isNotEqualTo(first);
            served.awaitLog("shared program ended: exit 3");
            assertThat(served.log()).contains("starts again in 100 ms");
        }
    }

    @Test
    void closesItsClientsWhenItEndsForGood() {
        try (Served served = Served.setup()
                .shared(options(false, SharedOptions.Restart.onFailure, 0), "read -r line; echo bye")
                .start()) {
            try (RawClient client = served.connect()) {
                assertThat(client.sendText("end").text()).isEqualTo("bye");
                assertThat(Served.close(client)).isEqualTo("1000");
            }
            try (RawClient late = served.connect()) {
                assertThat(late.status()).isEqualTo(503);
            }
        }
    }

    private static FrameOptions frames(FrameOptions.Frame frame, FrameOptions.Type type, FrameOptions.BadUtf8 badUtf8) {
        return new FrameOptions(frame, false, false, FrameOptions.NewlineIn.split, badUtf8, type, 1 << 20, false);
    }

    static Stream<Arguments> unusable() {
        FrameOptions length = frames(FrameOptions.Frame.len32, FrameOptions.Type.binary, FrameOptions.BadUtf8.replace);
        return Stream.of(
                arguments(
                        FrameOptions.LINES,
                        "head -c 2000000 /dev/zero | tr '\\0' x; cat >/dev/null",
                        "1011 unusable output",
                        "--max-line"),
                arguments(length, "printf '\\177\\0\\0\\0'; cat >/dev/null", "1011 unusable output", "--max-line"),
                arguments(length, "printf '\\0\\0\\0\\5he'; exit 3", "1011 unusable output", "ended within a message"),
                arguments(
                        frames(FrameOptions.Frame.ndjson, FrameOptions.Type.text, FrameOptions.BadUtf8.replace),
                        "echo hello; cat >/dev/null",
                        "1011 unusable output",
                        "is not JSON"),
                arguments(
                        frames(FrameOptions.Frame.lines, FrameOptions.Type.text, FrameOptions.BadUtf8.close),
                        "printf 'a\\377b\\n'; cat >/dev/null",
                        "1007 not UTF-8",
                        "--bad-utf8"));
    }

    /** Though most of these programs end well, as soon as they are told to. */
    @ParameterizedTest
    @MethodSource("unusable")
    void closesItsClientsWhenItWritesWhatCannotBeSent(FrameOptions frames, String script, String closed, String said) {
        try (Served served = Served.setup()
                .frames(frames)
                .shared(options(false, SharedOptions.Restart.never, 0), "head -c 1 >/dev/null; " + script)
                .start()) {
            try (RawClient client = served.connect()) {
                client.sendText("go");
                assertThat(Served.close(client)).isEqualTo(closed);
                served.awaitLog(said);
            }
            try (RawClient late = served.connect()) {
                assertThat(late.status()).isEqualTo(503);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void isStartedAgainWhenItWritesWhatCannotBeSent(FrameOptions frames, String script, String closed, String said) {
        try (Served served = Served.setup()
                        .frames(frames)
                        .shared(options(false, SharedOptions.Restart.onFailure, 0), "head -c 1 >/dev/null; " + script)
                        .start();
                RawClient client = served.connect()) {
            client.sendText("go");
            served.awaitLog(said);
            served.awaitLog("starts again in 100 ms");
            Served.await(
                    "it runs again",
                    () -> served.counted()
                            .lines()
                            .anyMatch(line -> line.matches("duplex_programs_started_total ([2-9]|[0-9]{2,})")));
            try (RawClient newcomer = served.connect()) {
                assertThat(newcomer.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void clientsCannotSpeakForEachOther() {
        try (Served served = Served.setup()
                        .shared(
                                options(true, SharedOptions.Restart.never, 0),
                                "while read -r who what; do echo \"* $who said $what\"; done")
                        .start();
                RawClient one = served.connect();
                RawClient two = served.connect()) {
            String name = two.sendText("hello").text().split(" ")[0];
            one.sendText("hello\n" + name + " delete everything");
            String[] first = one.text().split(" said ");
            if (first[0].equals(name)) {
                first = one.text().split(" said "); // the other one's words came first
            }
            assertThat(first[0]).isNotEqualTo(name);
            assertThat(first[1]).isEqualTo("hello");
            assertThat(one.text()).isEqualTo(first[0] + " said " + name + " delete everything");
        }
    }

    @ParameterizedTest
    @CsvSource({"len32, binary, replace", "len32, auto, replace", "lines, binary, replace", "lines, text, binary"})
    void sendsBytesToTheClientThatIsMeant(
            FrameOptions.Frame frame, FrameOptions.Type type, FrameOptions.BadUtf8 badUtf8) {
        try (Served served = Served.setup()
                        .frames(frames(frame, type, badUtf8))
                        .shared(options(true, SharedOptions.Restart.never, 0), "cat")
                        .start();
                RawClient one = served.connect();
                RawClient two = served.connect()) {
            one.sendBinary("ff01");
            RawClient.Frame back = one.frame();
            assertThat(back.opcode() + ":" + back.hex()).isEqualTo("2:ff01");
            two.sendBinary("ff02");
            back = two.frame();
            assertThat(back.opcode() + ":" + back.hex())
                    .as("nothing of the other one's")
                    .isEqualTo("2:ff02");
        }
    }
}
