package dev.duplex.server.internal;

import java.util.List;

/** The list of entity tags in an If-None-Match field (RFC 9110 §13.1.2). */
public final class EntityTags {
    private EntityTags() {}

    /**
     * Whether one of the tags is this one, by the weak comparison that If-None-Match asks for (RFC 9110 §8.8.3.2). Reads
     * whatever comes, in time linear in its length.
     *
     * @param values the values of all fields
     * @param tag a strong tag, with its quotes
     */
    public static boolean anyMatches(List<String> values, String tag) {
        return values.stream().anyMatch(value -> value.equals("*") || contains(value, tag));
    }

    // A tag may have a comma in it, so it is found by its quotes; weak comparison ignores the W/ before them.
    private static boolean contains(String value, String tag) {
        int open = value.indexOf('"');
        while (open >= 0) {
            int close = value.indexOf('"', open + 1);
            if (close < 0) {
                return false;
            }
            if (close + 1 - open == tag.length() && value.startsWith(tag, open)) {
                return true;
            }
            open = value.indexOf('"', close + 1);
        }
        return false;
    }
}
