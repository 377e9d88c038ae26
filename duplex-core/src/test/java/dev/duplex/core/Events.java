package dev.duplex.core;

import java.util.ArrayList;
import java.util.List;

/** What of {@link RecordingSink}'s events must not depend on how the bytes were cut. */
final class Events {
    private static final String LAST = "last ";
    private static final String CHUNK = "chunk ";

    private Events() {}

    /**
     * With chunks that follow each other joined into one. Those of a text or compressed message that turned out bad are
     * left out: how much of it was delivered before depends on the cut.
     */
    static List<String> joined(List<String> events) {
        List<String> joined = new ArrayList<>();
        for (String event : events) {
            String previous = joined.isEmpty() ? "" : joined.get(joined.size() - 1);
            boolean continues = previous.startsWith(CHUNK) && (event.startsWith(CHUNK) || event.startsWith(LAST));
            if (continues) {
                joined.set(joined.size() - 1, join(previous, event));
            } else {
                joined.add(event);
            }
        }
        int end = joined.size() - 1;
        if (end > 0
                && joined.get(end - 1).startsWith(CHUNK)
                && joined.get(end).matches("violation (TEXT_UTF8|CORRUPT_DEFLATE|MESSAGE_TOO_BIG) .*")) {
            joined.remove(end - 1);
        }
        return joined;
    }

    private static String join(String chunk, String next) {
        String prefix = next.startsWith(LAST) ? LAST : "";
        String rest = next.substring(prefix.length());
        if (chunk.endsWith("\"")) {
            return prefix + chunk.substring(0, chunk.length() - 1) + rest.substring("chunk text \"".length());
        }
        String more = rest.substring("chunk binary".length()).strip();
        return (prefix + chunk + (chunk.equals("chunk binary") ? " " : "") + more).strip();
    }
}
