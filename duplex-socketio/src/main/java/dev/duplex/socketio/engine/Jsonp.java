package dev.duplex.socketio.engine;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Query;
import dev.duplex.socketio.internal.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Polling by script elements and forms, for clients that can do nothing else. */
final class Jsonp {
    private Jsonp() {}

    /** A script that hands the payload over. */
    static byte[] script(String index, String payload) {
        return ("___eio[" + index + "](" + Json.quote(payload) + ");").getBytes(StandardCharsets.UTF_8);
    }

    /** The payload in the form that was posted, or empty if there is none. */
    static Optional<String> payload(byte[] body) {
        try {
            // Line feeds came through the form as \n, and what was \n before as \\n.
            return Query.parse(new String(body, StandardCharsets.UTF_8))
                    .first("d")
                    .map(Jsonp::unescaped);
        } catch (BadRequestException malformed) {
            return Optional.empty();
        }
    }

    private static String unescaped(String data) {
        StringBuilder text = new StringBuilder(data.length());
        for (int i = 0; i < data.length(); i++) {
            if (data.startsWith("\\\\n", i)) {
                text.append("\\n");
                i += 2;
            } else if (data.startsWith("\\n", i)) {
                text.append('\n');
                i++;
            } else {
                text.append(data.charAt(i));
            }
        }
        return text.toString();
    }
}
