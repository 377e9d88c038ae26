package dev.duplex.server.internal;

import dev.duplex.server.BadRequestException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The target of a request (RFC 9112 §3.2), taken apart. The path is split at its slashes before anything is decoded, so
 * that {@code %2F} stays inside its segment, and nothing is normalised: {@code //a} has an empty first segment.
 *
 * @param rawPath the path as it came, with a leading slash
 * @param rawQuery the query as it came, without the question mark; empty if there is none
 * @param segments the decoded segments of the path; the last one is empty where the path ends with a slash
 */
public record RequestTarget(String rawPath, String rawQuery, List<String> segments) {
    private static final int SLOTS = 256;
    private static final int LONGEST_SHARED = 256;

    /**
     * Of paths that came lately, once in memory for all sessions that came to it; a newer one takes the place of an older
     * one. None with a query, which may hold a credential. Any thread: one that does not see what another has put here
     * makes its own.
     */
    private static final @Nullable RequestTarget[] LATELY = new @Nullable RequestTarget[SLOTS];

    /**
     * Takes a target apart, in time linear in its length.
     *
     * @param target origin-form, or absolute-form, whose scheme and authority are dropped: a server must accept it
     * @throws BadRequestException if the target has another form, a character that is not visible US-ASCII, a fragment,
     *     a malformed percent sign, or a path segment that decodes to {@code .}, {@code ..}, or a text with control
     *     characters
     */
    public static RequestTarget parse(String target) {
        int slot = target.hashCode() & (SLOTS - 1);
        RequestTarget known = LATELY[slot];
        if (known != null && known.rawPath.equals(target)) {
            return known;
        }
        RequestTarget parsed = parseAnew(target);
        if (target.length() <= LONGEST_SHARED && parsed.rawPath.equals(target)) {
            LATELY[slot] = parsed;
        }
        return parsed;
    }

    private static RequestTarget parseAnew(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            // RFC 9112 §3.2: no whitespace in the request target; RFC 3986 §4.1: a fragment is never sent.
            if (c <= 0x20 || c >= 0x7F || c == '#') {
                throw new BadRequestException("expected a request target of visible US-ASCII characters without # but"
                        + " got " + Text.quote(target) + " (RFC 9112 §3.2)");
            }
        }
        String origin = originForm(target);
        int question = origin.indexOf('?');
        String path = question < 0 ? origin : origin.substring(0, question);
        String query = question < 0 ? "" : origin.substring(question + 1);
        return new RequestTarget(path, query, segments(path));
    }

    private static String originForm(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        int authority = lengthOfScheme(target);
        if (authority == 0) {
            throw new BadRequestException("expected a request target that begins with a slash, such as /chat, but got "
                    + Text.quote(target) + " (RFC 9112 §3.2.1)");
        }
        // RFC 9112 §3.2.2: a server must accept the absolute-form.
        int end = authority;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        String rest = target.substring(end);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private static int lengthOfScheme(String target) {
        for (String scheme : List.of("http://", "https://", "ws://", "wss://")) {
            if (target.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return scheme.length();
            }
        }
        return 0;
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                segments.add(segment(path.substring(start, i)));
                start = i + 1;
            }
        }
        return List.copyOf(segments);
    }

    private static String segment(String raw) {
        String decoded = PercentEncoding.decode(raw);
        // RFC 3986 §5.2.4 has the client remove dot segments; what still has them wants to get past something.
        if (decoded.equals(".") || decoded.equals("..")) {
            throw new BadRequestException(
                    "expected a path without the segments . and .. but got " + Text.quote(raw) + " (RFC 3986 §5.2.4)");
        }
        for (int i = 0; i < decoded.length(); i++) {
            if (decoded.charAt(i) < 0x20 || decoded.charAt(i) == 0x7F) {
                throw new BadRequestException(
                        "expected a path without control characters but got " + Text.quote(raw) + " (RFC 3986 §7.3)");
            }
        }
        return decoded;
    }
}
