package dev.duplex.core.handshake;

import java.util.Objects;

/**
 * The head of an HTTP request, as it came or as it is to be sent. Nothing but the fields is checked here: whether it
 * is an opening handshake is for {@link ServerHandshake#validate} to say.
 *
 * @param method the method, such as {@code GET}
 * @param target the request target as in the request line, such as {@code /chat?room=1} (RFC 9112 §3.2)
 * @param httpVersion the version as in the request line, such as {@code HTTP/1.1}
 * @param fields the header fields
 */
public record HandshakeRequest(String method, String target, String httpVersion, HttpFields fields) {
    public HandshakeRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(httpVersion, "httpVersion");
        Objects.requireNonNull(fields, "fields");
    }

    /** The head as it stands on the wire, up to and with the empty line (RFC 9112 §2.1). */
    public String head() {
        return method + " " + target + " " + httpVersion + "\r\n" + fields.lines() + "\r\n";
    }
}
