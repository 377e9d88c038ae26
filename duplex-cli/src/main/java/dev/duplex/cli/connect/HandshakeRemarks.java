package dev.duplex.cli.connect;

import dev.duplex.core.handshake.AcceptKey;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Explains the lines of an opening handshake to those who read one for the first time. Knows the request's key. */
final class HandshakeRemarks {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private @Nullable String key;

    /** What a line of the request is for; empty for those that explain themselves. */
    Optional<String> ofRequest(String line) {
        if (line.startsWith("GET ")) {
            return Optional.of("it begins as a plain HTTP request (RFC 6455 §1.3)");
        }
        String value = value(line);
        return Optional.ofNullable(
                switch (name(line)) {
                    case "upgrade" -> "asks to leave HTTP for another protocol";
                    case "connection" -> "says that Upgrade is for the next server on the way, proxies included";
                    case "sec-websocket-key" -> {
                        key = value;
                        yield "16 random bytes in base64; the answer must prove that they were read";
                    }
                    case "sec-websocket-version" -> "13 is RFC 6455; the others were drafts";
                    case "sec-websocket-protocol" -> "subprotocols on offer; the server may choose one of them";
                    case "sec-websocket-extensions" -> "extensions on offer; each is used only if the server agrees";
                    case "origin" -> "the web page that connects; servers use it to keep foreign pages out";
                    case "authorization", "cookie" -> "credentials; the value is shown by --show all";
                    default -> null;
                });
    }

    /** What a line of the response says; empty for those that explain themselves. */
    Optional<String> ofResponse(String line) {
        if (line.startsWith("HTTP/")) {
            return Optional.of(
                    line.contains(" 101")
                            ? "agreed: what follows this head are frames, in both directions"
                            : "not agreed: anything but 101 leaves it at HTTP");
        }
        String value = value(line);
        return Optional.ofNullable(
                switch (name(line)) {
                    case "sec-websocket-accept" -> accept(value);
                    case "sec-websocket-protocol" -> "the subprotocol that the server has chosen";
                    case "sec-websocket-extensions" -> "the extensions that both sides now use";
                    case "sec-websocket-version" -> "the versions that the server speaks";
                    case "location" -> "where the server wants us to go instead; -L follows";
                    case "set-cookie" -> "the value is shown by --show all";
                    default -> null;
                });
    }

    private String accept(String value) {
        if (key == null) {
            return "expected after a key only";
        }
        String right = AcceptKey.of(key);
        String how = "base64(SHA-1(\"" + key + "\" + \"" + GUID + "\"))";
        return right.equals(value)
                ? "right: it is " + how
                : "wrong: expected " + right + ", which is " + how + " (RFC 6455 §4.2.2)";
    }

    /** The name of a line's field, in lower case. */
    static String name(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }
}
