package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.internal.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the Cookie fields of a request. */
public final class Cookies {
    private Cookies() {}

    /**
     * The cookies of a request by name, in order. Reads whatever a client sends, in time linear in its length, and
     * never throws: a piece without a name or without an equals sign is skipped. Of several cookies of one name the
     * first stays, for user agents put the one of the longest path first (RFC 6265 §5.4). A value in double quotes is
     * taken out of them; nothing else is decoded (RFC 6265 §4.1.1).
     */
    public static Map<String, String> parse(HttpFields fields) {
        Map<String, String> cookies = new LinkedHashMap<>();
        fields.values("Cookie").forEach(value -> parse(value, cookies));
        return Collections.unmodifiableMap(cookies);
    }

    // RFC 6265 §5.2 and §5.4: pairs are separated by semicolons, wherever these stand, within quotes too.
    private static void parse(String field, Map<String, String> cookies) {
        int start = 0;
        int equals = -1;
        for (int i = 0; i <= field.length(); i++) {
            if (i == field.length() || field.charAt(i) == ';') {
                if (equals >= 0) {
                    add(field.substring(start, equals), field.substring(equals + 1, i), cookies);
                }
                start = i + 1;
                equals = -1;
            } else if (field.charAt(i) == '=' && equals < 0) {
                equals = i;
            }
        }
    }

    private static void add(String name, String value, Map<String, String> cookies) {
        String trimmed = Text.trim(name);
        if (!trimmed.isEmpty()) {
            cookies.putIfAbsent(trimmed, unquote(Text.trim(value)));
        }
    }

    private static String unquote(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
