package dev.duplex.cli.connect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is asked of the messages that come: how many, the last one, and some that must be among them. */
public final class Expectations {
    private final long count;
    private final @Nullable Pattern until;
    private final boolean any;
    private final List<Pattern> missing;
    private long received;
    private boolean lastCame;

    /**
     * @param count how many messages are wanted, or 0
     * @param until what the last message looks like, or null
     * @param expected what must come, each in some message
     */
    public Expectations(long count, @Nullable Pattern until, List<Pattern> expected) {
        this.count = count;
        this.until = until;
        this.any = count > 0 || until != null || !expected.isEmpty();
        this.missing = new ArrayList<>(expected);
    }

    /** Whether anything is asked at all. */
    boolean any() {
        return any;
    }

    void received(byte[] payload) {
        received++;
        if (until == null && missing.isEmpty()) {
            return;
        }
        String text = new String(payload, StandardCharsets.UTF_8);
        missing.removeIf(pattern -> pattern.matcher(text).find());
        lastCame |= until != null && until.matcher(text).find();
    }

    long messages() {
        return received;
    }

    /** Whether no further message is wanted. */
    boolean complete() {
        if (count > 0 && received >= count) {
            return true;
        }
        if (until != null || count > 0) {
            return lastCame;
        }
        return missing.isEmpty();
    }

    /** What has not come, in words; "" if all has. */
    String unmet() {
        if (!missing.isEmpty()) {
            return "no message has matched '" + missing.get(0) + "' (--expect)";
        }
        if (until != null && !lastCame && (count == 0 || received < count)) {
            return "no message has matched '" + until + "' (--until)";
        }
        if (until == null && received < count) {
            return "expected " + count + (count == 1 ? " message" : " messages") + " but got " + received
                    + " (--count)";
        }
        return "";
    }
}
