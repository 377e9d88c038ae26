package dev.duplex.cli.connect.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;

/** Bytes as offset, hex and characters, as {@code hexdump -C} shows them. */
final class HexLines {
    private static final int WIDE = 16;
    private static final int NARROW = 8;

    private final Theme theme;

    HexLines(Theme theme) {
        this.theme = theme;
    }

    /** Sixteen bytes in a line, or eight where the columns do not suffice. */
    List<AttributedString> lines(byte[] bytes, int columns, int mostLines) {
        int width = columns >= "00000000".length() + 3 + 4 * WIDE + 2 ? WIDE : NARROW;
        List<AttributedString> lines = new ArrayList<>();
        for (int from = 0; from < bytes.length && lines.size() < mostLines; from += width) {
            lines.add(line(bytes, from, width));
        }
        return lines;
    }

    private AttributedString line(byte[] bytes, int from, int width) {
        StringBuilder hex = new StringBuilder();
        StringBuilder characters = new StringBuilder();
        for (int at = from; at < from + width; at++) {
            hex.append(at % NARROW == 0 ? " " : "");
            if (at < bytes.length) {
                hex.append(String.format(Locale.ROOT, "%02x ", bytes[at]));
                characters.append(bytes[at] >= ' ' && bytes[at] < 0x7F ? (char) bytes[at] : '.');
            } else {
                hex.append("   ");
            }
        }
        AttributedStringBuilder line = new AttributedStringBuilder();
        line.append(String.format(Locale.ROOT, "%08x ", from), theme.aside());
        line.append(hex, theme.plain());
        line.append("|" + characters + "|", theme.aside());
        return line.toAttributedString();
    }
}
