package dev.duplex.cli.connect.terminal;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * Lines of what goes over the wire, for a screen: fainter than the conversation, without a time, a little to the right,
 * and broken between words where they are longer than the screen is wide.
 */
final class WireLines {
    private static final String INDENT = "  ";
    private static final String DEEPER = "      ";

    /** Before the bytes of a frame. */
    private static final String GAP = "   ";

    private final Theme theme;
    private final Escapes escapes;

    WireLines(Theme theme) {
        this.theme = theme;
        this.escapes = new Escapes(theme);
    }

    /**
     * @param line begins with {@code >}, {@code <} or {@code *}, or with spaces if it explains the one before
     * @param columns of the screen
     */
    List<AttributedString> of(String line, int columns) {
        List<AttributedString> lines = new ArrayList<>();
        AttributedString rest = styled(line);
        String indent = INDENT;
        while (rest.columnLength() > columns - indent.length()) {
            int end = end(rest.columnSubSequence(0, columns - indent.length()).toString());
            lines.add(indented(indent, rest.subSequence(0, end)));
            int next = end;
            while (next < rest.length() && rest.charAt(next) == ' ') {
                next++;
            }
            rest = rest.subSequence(next, rest.length());
            indent = DEEPER;
        }
        lines.add(indented(indent, rest));
        return lines;
    }

    /** Where a line ends of which this would fit: before the bytes, or else between words. */
    private static int end(String fits) {
        int begin = fits.length() - fits.stripLeading().length();
        int gap = fits.lastIndexOf(GAP);
        int space = fits.lastIndexOf(' ');
        return gap > begin ? gap : space > begin + 1 ? space : Math.max(1, fits.length());
    }

    private AttributedString styled(String line) {
        AttributedStyle mark = switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '>' -> theme.sent();
            case '<' -> theme.received();
            case '*' -> theme.note();
            default -> theme.remark();
        };
        boolean remark = line.startsWith(" ");
        int marked = remark || line.isEmpty() ? 0 : 1;
        AttributedStringBuilder styled = new AttributedStringBuilder();
        styled.append(line.substring(0, marked), mark);
        escapes.append(styled, line.substring(marked), remark ? theme.remark() : theme.aside());
        return styled.toAttributedString();
    }

    private static AttributedString indented(String indent, AttributedString line) {
        return new AttributedStringBuilder().append(indent).append(line).toAttributedString();
    }
}
