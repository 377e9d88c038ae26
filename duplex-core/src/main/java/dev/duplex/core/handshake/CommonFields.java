package dev.duplex.core.handshake;

import dev.duplex.core.handshake.HttpFields.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header fields that many clients send alike, once in memory for all of them: a server keeps the request of each of its
 * connections. A table of fixed size, in which a newer field takes the place of an older one. Values that may be secrets,
 * or that differ from client to client, are never in it.
 */
final class CommonFields {
    private static final int SLOTS = 256;
    private static final int LONGEST_VALUE = 256;

    private record Name(String text, boolean hasCommonValues) {}

    /** In the two usual spellings. */
    private static final Map<String, Name> NAMES = new HashMap<>();

    static {
        for (String name : List.of(
                "Host",
                "Upgrade",
                "Connection",
                "Origin",
                "Sec-WebSocket-Version",
                "Sec-WebSocket-Extensions",
                "User-Agent",
                "Accept-Encoding",
                "Accept-Language",
                "Cache-Control",
                "Pragma")) {
            add(name, true);
        }
        for (String name : List.of("Sec-WebSocket-Key", "Sec-WebSocket-Protocol", "Cookie")) {
            add(name, false);
        }
    }

    /** Any thread; one that does not see what another has put here makes its own. */
    private static final @Nullable Field[] FIELDS = new @Nullable Field[SLOTS];

    private CommonFields() {}

    private static void add(String name, boolean hasCommonValues) {
        NAMES.put(name, new Name(name, hasCommonValues));
        NAMES.put(Grammar.lowerCase(name), new Name(Grammar.lowerCase(name), hasCommonValues));
    }

    /** The field, as {@link Field#Field} makes it. */
    static Field of(String name, String value) {
        Name known = NAMES.get(name);
        if (known == null) {
            return new Field(name, value);
        }
        if (!known.hasCommonValues() || value.length() > LONGEST_VALUE) {
            return new Field(known.text(), value);
        }
        int slot = (31 * name.hashCode() + value.hashCode()) & (SLOTS - 1);
        Field field = FIELDS[slot];
        if (field == null || !field.name().equals(name) || !field.value().equals(value)) {
            field = new Field(known.text(), value);
            FIELDS[slot] = field;
        }
        return field;
    }
}
