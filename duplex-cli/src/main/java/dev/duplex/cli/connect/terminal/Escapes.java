package dev.duplex.cli.connect.terminal;

import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.WCWidth;

/**
 * Shows text of a peer in such a way that the terminal obeys nothing in it: no colours, no cursor, no title, no
 * clipboard, no line that seems to be another. What is not shown as itself is shown by its number.
 */
final class Escapes {
    private static final int TAB = 8;
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private final Theme theme;

    Escapes(Theme theme) {
        this.theme = theme;
    }

    /** One line of text; line feeds in it are shown by their number as well. */
    AttributedString shown(String text) {
        AttributedStringBuilder out = new AttributedStringBuilder();
        append(out, text, theme.plain());
        return out.toAttributedString();
    }

    /** The same, in another style than the plain one. */
    void append(AttributedStringBuilder out, String text, AttributedStyle style) {
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int next = at + Character.charCount(c);
            if (isObeyed(c)) {
                out.append(text.substring(from, at), style);
                if (c == '\t') {
                    out.append(" ".repeat(TAB - columns(out) % TAB), style);
                } else {
                    out.append(number(c), theme.escaped());
                }
                from = next;
            }
            at = next;
        }
        out.append(text.substring(from), style);
    }

    private static int columns(AttributedStringBuilder out) {
        return out.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
    }

    /** Whether a terminal does anything else with it than to show it, or shows what follows in another order. */
    static boolean isObeyed(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // Marks of direction among them; emoji and some scripts are written with the joiners.
            case Character.FORMAT -> c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
            default -> false;
        };
    }

    private static String number(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case 0x1B -> "\\e";
            default -> String.format(Locale.ROOT, c <= 0xFF ? "\\x%02x" : "\\u{%04x}", c);
        };
    }
}
