package dev.duplex.cli.connect.terminal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * JSON in colours. Names, strings and numbers stand as they were written, in their order; only white space is changed,
 * and that only where it does not fit into a line.
 */
final class JsonLines {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String INDENT = "  ";

    private final Theme theme;
    private final Escapes escapes;

    JsonLines(Theme theme) {
        this.theme = theme;
        this.escapes = new Escapes(theme);
    }

    /** Whether this is an object or an array, and nothing else (RFC 8259). */
    static boolean isStructure(String text) {
        String stripped = text.strip();
        if (!stripped.startsWith("{") && !stripped.startsWith("[")) {
            return false;
        }
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The lines of a structure.
     *
     * @param firstColumns within which it is left in one line
     * @param columns within which a structure in it is
     * @param mostLines after which the rest is left out
     */
    List<AttributedString> lines(String structure, int firstColumns, int columns, int mostLines) {
        if (isOneLine(structure, firstColumns)) {
            return new Writing(structure, false, columns, mostLines).lines();
        }
        return new Writing(structure, true, columns, mostLines).lines();
    }

    private static boolean isOneLine(String text, int columns) {
        return text.length() <= columns
                && text.indexOf('\n') < 0
                && new AttributedString(text).columnLength() <= columns;
    }

    /** Goes over text that is known to be JSON, so that it need not look for mistakes. */
    private final class Writing {
        private final String text;
        private final boolean indenting;
        private final int columns;
        private final int mostLines;
        private final List<AttributedString> lines = new ArrayList<>();
        private AttributedStringBuilder line = new AttributedStringBuilder();
        private int depth;

        Writing(String text, boolean indenting, int columns, int mostLines) {
            this.text = text;
            this.indenting = indenting;
            this.columns = columns;
            this.mostLines = mostLines;
        }

        List<AttributedString> lines() {
            int at = 0;
            while (at < text.length() && lines.size() < mostLines) {
                char c = text.charAt(at);
                int end = at + 1;
                if (c == '"') {
                    end = endOfString(at);
                    boolean name = isName(end);
                    escapes.append(line, text.substring(at, end), name ? theme.key() : theme.string());
                } else if (c == '{' || c == '[') {
                    end = open(at);
                } else if (c == '}' || c == ']') {
                    depth--;
                    breakLine();
                    line.append(String.valueOf(c), theme.plain());
                } else if (c == ',') {
                    line.append(",", theme.plain());
                    breakLine();
                } else if (c == ':') {
                    line.append(indenting ? ": " : ":", theme.plain());
                } else if (isSpace(c)) {
                    line.append(indenting ? "" : " ");
                } else {
                    end = endOfScalar(at);
                    line.append(text.substring(at, end), scalar(c));
                }
                at = end;
            }
            if (lines.size() < mostLines && line.length() > 0) {
                lines.add(line.toAttributedString());
            }
            return lines;
        }

        /** A structure that fits into what is left of the line stays together. */
        private int open(int at) {
            if (indenting && depth > 0) {
                int left = columns - line.columnLength() - 1;
                int end = endOfStructure(at, left);
                if (end > 0 && isOneLine(text.substring(at, end), left)) {
                    line.append(new Writing(text.substring(at, end), false, columns, mostLines)
                            .lines()
                            .get(0));
                    return end;
                }
            }
            depth++;
            line.append(String.valueOf(text.charAt(at)), theme.plain());
            breakLine();
            return at + 1;
        }

        /** Where it ends, or -1 if that is further away than so many characters. */
        private int endOfStructure(int from, int most) {
            int open = 0;
            int at = from;
            while (at < text.length() && at - from < most) {
                char c = text.charAt(at);
                open += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                at = c == '"' ? endOfString(at) : at + 1;
                if (open == 0) {
                    return at;
                }
            }
            return -1;
        }

        private void breakLine() {
            if (indenting) {
                lines.add(line.toAttributedString());
                line = new AttributedStringBuilder();
                line.append(INDENT.repeat(depth));
            }
        }

        private int endOfString(int from) {
            int at = from + 1;
            while (text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            return at + 1;
        }

        private boolean isName(int from) {
            int at = from;
            while (at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            return at < text.length() && text.charAt(at) == ':';
        }

        private int endOfScalar(int from) {
            int at = from;
            while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0 && !isSpace(text.charAt(at))) {
                at++;
            }
            return at;
        }

        private AttributedStyle scalar(char first) {
            return first == '-' || (first >= '0' && first <= '9') ? theme.number() : theme.literal();
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
