package dev.duplex.conformance.internal;

import dev.duplex.conformance.LogLine;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameText;
import java.util.ArrayList;
import java.util.List;

/** What happened on the wire in one case, as people read it; bounded. */
final class WireLog {
    private static final int MOST_LINES = 60;

    private final long start = System.nanoTime();
    private final List<LogLine> lines = new ArrayList<>();
    private int dropped;

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
        if (lines.size() < MOST_LINES) {
            add(direction, FrameText.describe(frame), FrameText.hex(frame));
        } else {
            dropped++; // without making the text: there may be many
        }
    }

    private void add(String direction, String text, String hex) {
        if (lines.size() < MOST_LINES) {
            lines.add(new LogLine(micros(), direction, text, hex));
        } else {
            dropped++;
        }
    }

    long micros() {
        return (System.nanoTime() - start) / 1000;
    }

    List<LogLine> lines() {
        if (dropped == 0) {
            return List.copyOf(lines);
        }
        List<LogLine> all = new ArrayList<>(lines);
        all.add(new LogLine(micros(), "-", dropped + " more, not shown", ""));
        return all;
    }
}
