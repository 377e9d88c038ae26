package dev.duplex.cli.connect.terminal;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be typed besides messages, in the order in which the help tells of it. */
enum SlashCommand {
    PING("/ping", "[text]", "send a ping and tell how long its pong took"),
    PONG("/pong", "[text]", "send a pong that nobody has asked for"),
    BIN("/bin", "HEX | BASE64 | @FILE", "send a binary message: 00ff10, aGVsbG8= or the bytes of a file"),
    FILE("/file", "FILE", "send a file as one message, as text if it is UTF-8"),
    REPEAT("/repeat", "N MS [text]", "send the text, or the last message, N times, one every MS; stop with /repeat 0"),
    LAST("/last", "", "show the last message that came as a whole"),
    SAVE("/save", "FILE", "keep the last message that came in a file"),
    HEADERS("/headers", "", "show the opening handshake"),
    STATS("/stats", "", "count messages, bytes and round trips"),
    CLOSE("/close", "[code] [reason]", "close: 1000, or 3000 to 4999"),
    QUIT("/quit", "", "close and leave; so does Ctrl-D"),
    HELP("/help", "", "this list");

    private final String word;
    private final String arguments;
    private final String meaning;

    SlashCommand(String word, String arguments, String meaning) {
        this.word = word;
        this.arguments = arguments;
        this.meaning = meaning;
    }

    String word() {
        return word;
    }

    String arguments() {
        return arguments;
    }

    String meaning() {
        return meaning;
    }

    /** Whether its argument is the name of a file. */
    boolean takesFile() {
        return this == FILE || this == SAVE;
    }

    static Optional<SlashCommand> named(String word) {
        return Arrays.stream(values())
                .filter(command -> command.word.equals(word))
                .findFirst();
    }

    /** The one that begins like this, or is this but for a slip; null if there is none. */
    static @Nullable SlashCommand like(String word) {
        return Arrays.stream(values())
                .filter(command -> command.word.startsWith(word) || isOneSlipAway(command.word, word))
                .findFirst()
                .orElse(null);
    }

    /** One character more, less or other, or two exchanged. */
    private static boolean isOneSlipAway(String right, String typed) {
        int head = 0;
        while (head < Math.min(right.length(), typed.length()) && right.charAt(head) == typed.charAt(head)) {
            head++;
        }
        int tail = 0;
        while (tail < Math.min(right.length(), typed.length()) - head
                && right.charAt(right.length() - 1 - tail) == typed.charAt(typed.length() - 1 - tail)) {
            tail++;
        }
        String differs = right.substring(head, right.length() - tail);
        String instead = typed.substring(head, typed.length() - tail);
        return Math.max(differs.length(), instead.length()) <= 1
                || (differs.length() == 2
                        && new StringBuilder(differs).reverse().toString().equals(instead));
    }
}
