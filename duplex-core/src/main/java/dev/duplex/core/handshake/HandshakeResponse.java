package dev.duplex.core.handshake;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * An HTTP response to an opening handshake.
 *
 * @param status the status code, 100 to 599
 * @param fields the header fields
 * @param body the content, in UTF-8 on the wire; empty for a 101
 */
public record HandshakeResponse(int status, HttpFields fields, String body) {
    /**
     * Checks the status.
     *
     * @throws IllegalArgumentException if it is not between 100 and 599
     */
    public HandshakeResponse {
        if (status < 100 || status > 599) {
            throw new IllegalArgumentException("status must be 100 to 599 but was " + status + " (RFC 9110 §15)");
        }
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(body, "body");
    }

    /**
     * A response that refuses the handshake with a text: with its type and length, and with {@code Connection: close},
     * so that nothing a client sent after the refused request is taken for another one.
     *
     * @param status the status code
     * @param body plain text, in UTF-8 on the wire
     */
    public static HandshakeResponse text(int status, String body) {
        HttpFields fields = HttpFields.of(
                "Content-Type", "text/plain; charset=utf-8",
                "Content-Length", String.valueOf(body.getBytes(StandardCharsets.UTF_8).length),
                "Connection", "close");
        return new HandshakeResponse(status, fields, body);
    }

    /** The head as it stands on the wire, up to and with the empty line (RFC 9112 §2.1). */
    public String head() {
        return "HTTP/1.1 " + status + " " + reasonPhrase() + "\r\n" + fields.lines() + "\r\n";
    }

    // RFC 9112 §4: the phrase is for people, and may be empty. Those that a handshake commonly meets:
    private String reasonPhrase() {
        return switch (status) {
            case 101 -> "Switching Protocols";
            case 200 -> "OK";
            case 301 -> "Moved Permanently";
            case 302 -> "Found";
            case 307 -> "Temporary Redirect";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }
}
