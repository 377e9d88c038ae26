package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.common.Spelling;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be typed besides messages, in the order in which the help tells of it. */
enum SlashCommand {
    PING("/ping", "[text]", "send a ping and tell how long its pong took"),
    PONG("/pong", "[text]", "send a pong that nobody has asked for"),
    BIN("/bin", "HEX | BASE64 | @FILE", "send a binary message: 00ff10, aGVsbG8= or a file"),
    FILE("/file", "FILE", "send a file as one message, as text if it is UTF-8"),
    REPEAT("/repeat", "N MS [text]", "send it, or the last message, N times; 0 stops"),
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
                .filter(command -> command.word.startsWith(word) || Spelling.isOneSlipAway(command.word, word))
                .findFirst()
                .orElse(null);
    }
}
