package dev.duplex.conformance.internal;

import dev.duplex.conformance.LogLine;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** What happened on the wire in one case, as people read it; bounded. */
final class WireLog {
    private static final int FIRST_LINES = 30;
    private static final int LAST_LINES = 10;

    private final long start = System.nanoTime();
    private final List<LogLine> first = new ArrayList<>();
    private final Deque<Entry> last = new ArrayDeque<>();
    private int dropped;

    /** A line of which the text is made when it is wanted: of many frames it never is. */
    private record Entry(long micros, String direction, Supplier<String> text, Supplier<String> hex) {
        LogLine line() {
            return new LogLine(micros, direction, text.get(), hex.get());
        }
    }

    void sent(Frame frame) {
        add(">", frame);
    }

    void sent(String what, byte[] bytes) {
        add(">", what, FrameText.hex(bytes));
    }

    void came(Frame frame) {
        add("<", frame);
    }

    void came(String what, byte[] bytes) {
        add("<", what, FrameText.hex(bytes));
    }

    void note(String what) {
        add("-", what, "");
    }

    /** The lines of an HTTP message, one for each of its own. */
    void http(String direction, String head) {
        head.lines().filter(line -> !line.isEmpty()).forEach(line -> add(direction, line, ""));
    }

    private void add(String direction, Frame frame) {
        add(direction, () -> FrameText.describe(frame), () -> FrameText.hex(frame));
    }

    private void add(String direction, String text, String hex) {
        add(direction, () -> text, () -> hex);
    }

    private void add(String direction, Supplier<String> text, Supplier<String> hex) {
        Entry entry = new Entry(micros(), direction, text, hex);
        if (first.size() < FIRST_LINES) {
            first.add(entry.line());
            return;
        }
        last.add(entry);
        if (last.size() > LAST_LINES) {
            last.remove();
            dropped++;
        }
    }

    long micros() {
        return (System.nanoTime() - start) / 1000;
    }

    List<LogLine> lines() {
        List<LogLine> lines = new ArrayList<>(first);
        if (dropped > 0) {
            lines.add(new LogLine(first.get(FIRST_LINES - 1).micros(), "-", dropped + " more, not shown", ""));
        }
        last.forEach(entry -> lines.add(entry.line()));
        return lines;
    }
}
