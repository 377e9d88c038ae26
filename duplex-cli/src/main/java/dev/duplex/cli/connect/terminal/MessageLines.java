package dev.duplex.cli.connect.terminal;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** A message as lines of the screen: JSON and bytes made readable, a long one folded. */
final class MessageLines {
    /** Text beyond this is not looked at as JSON. */
    private static final int MAX_JSON = 1024 * 1024;

    private final Escapes escapes;
    private final JsonLines json;
    private final HexLines hex;
    private final Theme theme;
    private final boolean pretty;

    MessageLines(Theme theme, boolean pretty) {
        this.theme = theme;
        this.pretty = pretty;
        this.escapes = new Escapes(theme);
        this.json = new JsonLines(theme);
        this.hex = new HexLines(theme);
    }

    /**
     * Text.
     *
     * @param firstColumns of the screen that are free for it in the first row
     * @param columns in the others
     * @param mostLines of the screen, after which it is folded
     */
    List<AttributedString> text(String text, int firstColumns, int columns, int mostLines) {
        if (pretty && text.length() <= MAX_JSON && JsonLines.isStructure(text)) {
            List<AttributedString> lines = json.lines(text, firstColumns, columns, mostLines + 1);
            return lines.size() <= mostLines ? lines : folded(lines, mostLines, Sizes.ofText(text));
        }
        List<AttributedString> lines = new ArrayList<>();
        int left = mostLines;
        for (int from = 0; from <= text.length(); ) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            int most = (int) Math.min(Integer.MAX_VALUE, (long) columns * left);
            boolean cut = end - from > most;
            String line = text.substring(from, cut ? from + most : end);
            AttributedString shown = escapes.shown(line);
            int rows = Math.max(1, (shown.columnLength() + columns - 1) / Math.max(1, columns));
            if (cut || rows > left) {
                lines.add(shown.columnSubSequence(0, most));
                return folded(lines, lines.size(), Sizes.ofText(text));
            }
            lines.add(shown);
            left -= rows;
            from = end + 1;
            if (left == 0 && from <= text.length()) {
                return folded(lines, lines.size(), Sizes.ofText(text));
            }
        }
        return lines;
    }

    /** Bytes, and before them how many there are. */
    List<AttributedString> binary(byte[] bytes, int columns, int mostLines) {
        List<AttributedString> lines = new ArrayList<>();
        lines.add(styled("binary, " + Sizes.of(bytes.length), theme.aside()));
        lines.addAll(hex.lines(bytes, columns, mostLines + 1));
        return lines.size() <= mostLines + 1 ? lines : folded(lines, mostLines + 1, "");
    }

    private List<AttributedString> folded(List<AttributedString> lines, int most, String size) {
        List<AttributedString> folded = new ArrayList<>(lines.subList(0, most));
        folded.add(styled(
                "… folded" + (size.isEmpty() ? "" : ", " + size + " in all")
                        + ": /last shows the whole, /save FILE keeps it",
                theme.aside()));
        return folded;
    }

    static AttributedString styled(String text, AttributedStyle style) {
        return new AttributedStringBuilder().append(text, style).toAttributedString();
    }
}
