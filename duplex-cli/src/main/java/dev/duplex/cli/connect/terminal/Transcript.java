package dev.duplex.cli.connect.terminal;

import java.time.Clock;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** What is seen of a conversation: each message with the time and a mark that says who it is from. Any thread. */
final class Transcript {
    private static final String SENT = "> ";
    private static final String RECEIVED = "< ";
    private static final String NOTE = "* ";
    private static final String INDENT = "  ";

    /** Rows of the screen that a message leaves to others. */
    private static final int OTHER_ROWS = 6;

    private static final int LEAST_ROWS = 8;
    private static final int MOST_ROWS = 24;
    private static final int LEAST_COLUMNS = 20;
    private static final int ALL = 1_000_000;

    private final Screen screen;
    private final Theme theme;
    private final Escapes escapes;
    private final MessageLines messages;
    private final WireLines wire;
    private final DateTimeFormatter time;
    private final Clock clock;

    Transcript(Screen screen, Theme theme, boolean pretty, boolean milliseconds, Clock clock) {
        this.screen = screen;
        this.theme = theme;
        this.escapes = new Escapes(theme);
        this.messages = new MessageLines(theme, pretty);
        this.wire = new WireLines(theme);
        this.time = DateTimeFormatter.ofPattern(milliseconds ? "HH:mm:ss.SSS " : "HH:mm:ss ", Locale.ROOT);
        this.clock = clock;
    }

    void sent(String text) {
        show(SENT, theme.sent(), messages.text(text, firstColumns(), columns(), mostRows()));
    }

    void sent(byte[] bytes) {
        show(SENT, theme.sent(), messages.binary(bytes, columns(), mostRows()));
    }

    /** Something sent that is not shown itself, such as a file. */
    void sentThing(String what) {
        show(SENT, theme.sent(), List.of(styled(what, theme.aside())));
    }

    void received(String text) {
        show(RECEIVED, theme.received(), messages.text(text, firstColumns(), columns(), mostRows()));
    }

    void received(byte[] bytes) {
        show(RECEIVED, theme.received(), messages.binary(bytes, columns(), mostRows()));
    }

    /** All of it, however long. */
    void whole(String text) {
        show(RECEIVED, theme.received(), messages.text(text, firstColumns(), columns(), ALL));
    }

    void whole(byte[] bytes) {
        show(RECEIVED, theme.received(), messages.binary(bytes, columns(), ALL));
    }

    /** What we say; whatever of it comes from the peer is harmless here as well. */
    void note(String text) {
        show(NOTE, theme.note(), lines(text, theme.plain()));
    }

    void problem(String text) {
        show(NOTE, theme.problem(), lines(text, theme.problem()));
    }

    /** A line of what goes over the wire. */
    void wire(String line) {
        screen.print(wire.of(line, Math.max(LEAST_COLUMNS, screen.columns())));
    }

    /** The list of commands. */
    void help() {
        List<AttributedString> lines = new ArrayList<>();
        lines.add(styled("what is typed is sent as text when Enter is pressed; //x sends /x", theme.plain()));
        lines.add(styled("\"\"\" begins and ends a message of many lines; so does Ctrl-J for a line", theme.plain()));
        for (SlashCommand command : SlashCommand.values()) {
            String usage = command.word() + " " + command.arguments();
            AttributedStringBuilder line = new AttributedStringBuilder();
            line.append(command.word(), theme.command());
            line.append(" " + command.arguments() + " ".repeat(Math.max(1, 27 - usage.length())), theme.plain());
            line.append(command.meaning(), theme.aside());
            lines.add(line.toAttributedString());
        }
        lines.add(styled("Tab completes, Up goes back, Ctrl-R searches, Ctrl-C and Ctrl-D close", theme.plain()));
        show(NOTE, theme.note(), lines);
    }

    private List<AttributedString> lines(String text, AttributedStyle style) {
        return text.lines()
                .map(line -> {
                    AttributedStringBuilder shown = new AttributedStringBuilder();
                    escapes.append(shown, line, style);
                    return shown.toAttributedString();
                })
                .toList();
    }

    private static AttributedString styled(String text, AttributedStyle style) {
        return MessageLines.styled(text, style);
    }

    private void show(String mark, AttributedStyle style, List<AttributedString> lines) {
        String now = time.format(LocalTime.now(clock));
        List<AttributedString> shown = new ArrayList<>();
        for (AttributedString line : lines) {
            AttributedStringBuilder whole = new AttributedStringBuilder();
            if (shown.isEmpty()) {
                whole.append(now, theme.aside()).append(mark, style);
            } else {
                whole.append(INDENT);
            }
            shown.add(whole.append(line).toAttributedString());
        }
        screen.print(shown);
    }

    /** What is left of a row; of the first, which begins with the time, a little less. */
    private int columns() {
        return Math.max(LEAST_COLUMNS, screen.columns() - INDENT.length());
    }

    private int firstColumns() {
        return Math.max(
                LEAST_COLUMNS, screen.columns() - time.format(LocalTime.MIN).length() - SENT.length());
    }

    private int mostRows() {
        return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, screen.rows() - OTHER_ROWS));
    }
}
