package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How what a program writes becomes messages, and messages become what it reads: the same scripts under {@code websocketd}
 * and {@code duplex websocketd}. Where a row has two expectations, the first is a fault of websocketd that ours has not.
 */
@Tag("side-by-side")
class WebsocketdMessagesTest {
    @TempDir
    static Path folder;

    private static DaemonPair text;
    private static DaemonPair binary;

    /**
     * A program, what is sent to it, and what comes back up to the end.
     *
     * @param sent text messages; those that begin with {@code bytes:} are binary ones
     */
    private record Row(
            String name,
            boolean inBinary,
            String program,
            List<String> sent,
            List<String> websocketd,
            List<String> duplex) {
        static Row text(String name, String program, String... sent) {
            return new Row(name, false, program, List.of(sent), List.of(), List.of());
        }

        static Row binary(String name, String program, String... sent) {
            return new Row(name, true, program, List.of(sent), List.of(), List.of());
        }

        /** The same messages from both; then websocketd cuts the connection, and ours closes it with the exit status. */
        Row gives(String... messages) {
            return differs(with(messages, "cut"), with(messages, "close 1000"));
        }

        Row differs(List<String> theirs, List<String> ours) {
            return new Row(name, inBinary, program, sent, theirs, ours);
        }

        static List<String> with(String[] messages, String end) {
            List<String> all = new ArrayList<>(List.of(messages));
            all.add(end);
            return all;
        }

        String script() {
            return name.replaceAll("[^a-z0-9]+", "-");
        }

        @Override
        public String toString() {
            return (inBinary ? "binary: " : "text: ") + name;
        }
    }

    static List<Row> rows() {
        return List.of(
                Row.text("a line is a message", "printf 'a\\nb\\n'").gives("text a", "text b"),
                Row.text("one carriage return is stripped", "printf 'a\\r\\n'").gives("text a"),
                Row.text("but one only", "printf 'a\\r\\r\\n'").gives("text a\r"),
                Row.text("a lone carriage return is kept", "printf 'a\\rb\\n'").gives("text a\rb"),
                Row.text("an empty line is an empty message", "printf 'a\\n\\nb\\n'")
                        .gives("text a", "text ", "text b"),
                Row.text("zero bytes pass", "printf 'a\\000b\\n'").gives("text a\0b"),
                Row.text("what is not english", "printf 'Grüße 你好\\n'").gives("text Grüße 你好"),
                Row.text("the last line without its end", "printf 'a\\nb'")
                        .differs(List.of("text a", "cut"), List.of("text a", "text b", "close 1000")),
                Row.text("a program that says nothing", "exit 0").gives(),
                Row.text("a message is a line", "head -n 1 | sed 's/^/got /'", "hello")
                        .gives("text got hello"),
                Row.text("an empty message is an empty line", "head -n 2 | sed 's/^/got /'", "", "x")
                        .gives("text got ", "text got x"),
                Row.text("a newline inside a message makes two lines", "head -n 2 | sed 's/^/got /'", "x\ny")
                        .gives("text got x", "text got y"),
                Row.text("a binary message in text mode", "head -n 1 | sed 's/^/got /'", "bytes:binary", "after")
                        .differs(List.of("text got binaryafter", "cut"), List.of("text got binary", "close 1000")),
                Row.text("a program that writes no utf-8", "printf 'a\\377b\\n'")
                        .differs(List.of("no text 61ff62", "cut"), List.of("text a\uFFFDb", "close 1000")),
                Row.text("a client that sends no utf-8", "head -n 1", "utf8:a\u00ff")
                        .differs(List.of("no text 61ff", "cut"), List.of("close 1007 text is not UTF-8")),
                Row.text("a line of a megabyte", "head -c 1000000 /dev/zero | tr '\\000' x; echo")
                        .gives("text " + WireClient.inShort("x".repeat(1_000_000))),
                Row.text("a hundred lines", "seq 100")
                        .gives(Stream.iterate(1, n -> n + 1)
                                .limit(100)
                                .map(n -> "text " + n)
                                .toArray(String[]::new)),
                Row.binary("bytes as they come", "printf 'a\\r\\nb'").gives("binary 610d0a62"),
                Row.binary("a binary message as it is", "head -c 3 | od -An -tx1", "bytes:a\nb")
                        .gives("binary " + hex(" 61 0a 62\n")),
                Row.binary(
                                "a text message has no newline of its own",
                                "dd bs=100 count=1 2>/dev/null | od -An -tx1",
                                "abc")
                        .differs(
                                List.of("binary " + hex(" 61 62 63 0a\n"), "cut"),
                                List.of("binary " + hex(" 61 62 63\n"), "close 1000")));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(ISO_8859_1));
    }

    @BeforeAll
    static void writeTheScripts() {
        rows().forEach(row -> DaemonPair.script(folder, row.script(), row.program()));
        text = new DaemonPair(folder, "--dir=" + folder);
        binary = new DaemonPair(folder, "--dir=" + folder, "--binary");
    }

    @AfterAll
    static void stop() {
        text.close();
        binary.close();
    }

    private static List<String> play(Row row, Daemon.Kind kind) {
        Daemon daemon = (row.inBinary() ? binary : text).get(kind);
        try (WireClient client = daemon.open("/" + row.script())) {
            for (String message : row.sent()) {
                if (message.startsWith("bytes:")) {
                    client.binary(message.substring(6).getBytes(UTF_8));
                } else if (message.startsWith("utf8:")) {
                    client.send(WireClient.frame(
                            0x80 | WireClient.TEXT, message.substring(5).getBytes(ISO_8859_1)));
                } else {
                    client.text(message);
                }
            }
            return client.rest();
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void websocketd(Row row) {
        assertThat(play(row, WEBSOCKETD)).isEqualTo(row.websocketd());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void duplex(Row row) {
        assertThat(play(row, DUPLEX)).isEqualTo(row.duplex());
    }
}
