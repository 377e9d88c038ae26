package dev.duplex.cli.replay;

import dev.duplex.cli.common.Ending;
import dev.duplex.cli.record.RecordedEvent;
import java.util.HexFormat;
import java.util.Optional;
import org.jline.utils.WCWidth;

/** What was recorded beside what came, for a person: the part around the first difference, one below the other. */
final class Difference {
    /** Characters, or bytes in hex, before and after the first difference. */
    private static final int BEFORE = 24;

    private static final int AFTER = 36;

    private static final String RECORDED = "  recorded: ";
    private static final String CAME = "  came:     ";

    private final Masks masks;

    Difference(Masks masks) {
        this.masks = masks;
    }

    /** Empty if they are the same but for what is masked. */
    Optional<String> between(RecordedEvent recorded, RecordedEvent came) {
        String expected = content(recorded);
        String actual = content(came);
        String expectedKind = kind(recorded);
        String actualKind = kind(came);
        if (expectedKind.equals(actualKind) && expected.equals(actual)) {
            return Optional.empty();
        }
        int at = firstDifference(expected, actual);
        if (!expectedKind.equals(actualKind)) {
            at = 0;
        }
        int width = Math.max(expectedKind.length(), actualKind.length());
        return Optional.of(line(RECORDED, expectedKind, width, expected, at)
                + line(CAME, actualKind, width, actual, at)
                + (expectedKind.equals(actualKind) ? caret(width, expected, at) : ""));
    }

    private String content(RecordedEvent event) {
        return event.type() == RecordedEvent.Type.BINARY
                ? HexFormat.of().formatHex(event.bytes())
                : masks.applyTo(event.text());
    }

    private static String kind(RecordedEvent event) {
        return event.type().word() + (event.type() == RecordedEvent.Type.CLOSE ? " " + event.code() : "");
    }

    private static int firstDifference(String one, String other) {
        int length = Math.min(one.length(), other.length());
        int at = 0;
        while (at < length && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        // Not in the middle of a character.
        return at > 0 && at < one.length() && Character.isLowSurrogate(one.charAt(at)) ? at - 1 : at;
    }

    private static String line(String label, String kind, int width, String content, int at) {
        return label + kind + " ".repeat(width - kind.length() + 1) + before(content, at) + after(content, at) + "\n";
    }

    private static String before(String content, int at) {
        int from = Math.max(0, at - BEFORE);
        if (from > 0 && Character.isLowSurrogate(content.charAt(from))) {
            from++;
        }
        return (from > 0 ? "…" : "") + Ending.printable(content.substring(from, at));
    }

    private static String after(String content, int at) {
        int to = Math.min(content.length(), at + AFTER);
        if (to < content.length() && Character.isLowSurrogate(content.charAt(to))) {
            to++;
        }
        return Ending.printable(content.substring(at, to)) + (to < content.length() ? "…" : "");
    }

    private static String caret(int width, String expected, int at) {
        int columns = before(expected, at)
                .codePoints()
                .map(c -> Math.max(0, WCWidth.wcwidth(c)))
                .sum();
        return " ".repeat(RECORDED.length() + width + 1 + columns) + "^\n";
    }
}
