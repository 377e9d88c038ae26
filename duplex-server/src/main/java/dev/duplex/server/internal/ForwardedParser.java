package dev.duplex.server.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one Forwarded field (RFC 7239 §4), in a single pass. */
final class ForwardedParser {
    private final String text;
    private int at;

    ForwardedParser(String text) {
        this.text = text;
    }

    /** The elements; null if one of them is malformed. */
    @Nullable
    List<ForwardedHop> parse() {
        List<ForwardedHop> hops = new ArrayList<>();
        Map<String, String> pairs = new HashMap<>();
        // Forwarded = 1#forwarded-element, forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
        while (true) {
            skipSpace();
            if (at < text.length() && text.charAt(at) != ';' && text.charAt(at) != ',' && !readPair(pairs)) {
                return null;
            }
            skipSpace();
            boolean end = at == text.length();
            if (end || text.charAt(at) == ',') {
                // RFC 9110 §5.6.1.2: empty elements of a list do not count.
                if (!pairs.isEmpty()) {
                    hops.add(new ForwardedHop(pairs.get("for"), pairs.get("proto"), pairs.get("host")));
                    pairs.clear();
                }
                if (end) {
                    return hops;
                }
            } else if (text.charAt(at) != ';') {
                return null;
            }
            at++;
        }
    }

    // forwarded-pair = token "=" value, value = token / quoted-string; no name twice within an element
    private boolean readPair(Map<String, String> pairs) {
        int equals = text.indexOf('=', at);
        if (equals < 0 || !Text.isToken(text.substring(at, equals))) {
            return false;
        }
        String name = Text.lowerCase(text.substring(at, equals));
        at = equals + 1;
        String value = at < text.length() && text.charAt(at) == '"' ? readQuoted() : readToken();
        return value != null && pairs.put(name, value) == null;
    }

    private @Nullable String readToken() {
        int start = at;
        while (at < text.length() && ";, \t\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        // Addresses with a port should be quoted, but many proxies do not, so more than a token is taken here.
        return at == start ? null : text.substring(start, at);
    }

    private @Nullable String readQuoted() {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\' && ++at == text.length()) {
                return null;
            }
            value.append(text.charAt(at));
        }
        return null;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }
}
