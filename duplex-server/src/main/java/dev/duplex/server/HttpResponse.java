package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.internal.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * An HTTP response: status, fields, and a body in memory or in a file. Immutable; may be answered any number of times.
 * The server adds what belongs to the message itself, such as Content-Length and Date.
 *
 * <pre>{@code
 * HttpResponse.json(200, "{\"ok\":true}").header("Cache-Control", "no-store");
 * }</pre>
 */
public final class HttpResponse {
    private final int status;
    private final HttpFields fields;
    private final Body body;

    private HttpResponse(int status, HttpFields fields, Body body) {
        this.status = status;
        this.fields = fields;
        this.body = body;
    }

    /** What follows the fields. */
    public sealed interface Body {
        /** The length in bytes. */
        long length();
    }

    /** A body in memory. The array is not copied, and must not be changed afterwards. */
    public record Bytes(byte[] bytes) implements Body {
        static final Bytes NONE = new Bytes(new byte[0]);

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    /**
     * A body that the server reads piece by piece from a file while it sends it. If the file has become shorter by then,
     * the server cuts the connection, so that the client notices.
     *
     * @param path a regular file
     * @param length how many bytes of it, from its beginning; not negative
     */
    public record File(Path path, long length) implements Body {
        public File {
            Objects.requireNonNull(path, "path");
            if (length < 0) {
                throw new IllegalArgumentException("the length of a body must not be negative but was " + length);
            }
        }
    }

    /** Plain text, in UTF-8. */
    public static HttpResponse text(int status, String text) {
        return bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** A JSON text as it is, in UTF-8. */
    public static HttpResponse json(int status, String json) {
        return bytes(status, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** An HTML page as it is, in UTF-8. What it contains of somebody's input must be escaped already. */
    public static HttpResponse html(int status, String html) {
        return bytes(status, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes of a media type, with the status 200. */
    public static HttpResponse bytes(String type, byte[] bytes) {
        return bytes(200, type, bytes);
    }

    /**
     * Bytes of a media type. The array is not copied, and must not be changed afterwards.
     *
     * @throws IllegalArgumentException if the status is not 200 to 599 or one that has no body, or the type is no value
     *     of a field
     */
    public static HttpResponse bytes(int status, String type, byte[] bytes) {
        return new HttpResponse(withBody(status), HttpFields.of("Content-Type", type), new Bytes(bytes));
    }

    /** A file of a media type, sent piece by piece. */
    public static HttpResponse file(int status, String type, Path path, long length) {
        return new HttpResponse(withBody(status), HttpFields.of("Content-Type", type), new File(path, length));
    }

    /**
     * A response without a body.
     *
     * @throws IllegalArgumentException if the status is not 200 to 599
     */
    public static HttpResponse status(int status) {
        return new HttpResponse(valid(status), HttpFields.EMPTY, Bytes.NONE);
    }

    /**
     * Sends the client elsewhere.
     *
     * @param status such as 303 or 308
     * @param location a URI reference in US-ASCII, which may be relative to the request's (RFC 9110 §10.2.2)
     */
    public static HttpResponse redirect(int status, String location) {
        if (status < 300 || status > 399) {
            throw new IllegalArgumentException("the status of a redirect must be 300 to 399 but was " + status);
        }
        return text(status, "Moved to " + location + "\n").header("Location", location);
    }

    private static int valid(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException(
                    "the status of a response must be 200 to 599 but was " + status + " (RFC 9110 §15)");
        }
        return status;
    }

    private static int withBody(int status) {
        // RFC 9110 §6.4.1
        if (status == 204 || status == 304) {
            throw new IllegalArgumentException(
                    "a response of status " + status + " has no body (RFC 9110 §6.4.1): use status(" + status + ")");
        }
        return valid(status);
    }

    /**
     * This response with the field, and without others of that name.
     *
     * @throws IllegalArgumentException if the name or the value may not stand on the wire (CR, LF, NUL and the like), or
     *     the field is one that the server writes itself: Content-Length and Transfer-Encoding
     */
    public HttpResponse header(String name, String value) {
        return with(fields.toBuilder().set(notFraming(name), value).build());
    }

    /**
     * This response with one more field, next to others of that name.
     *
     * @throws IllegalArgumentException as {@link #header} does
     */
    public HttpResponse addHeader(String name, String value) {
        return with(fields.toBuilder().add(notFraming(name), value).build());
    }

    /** This response with the fields, each as by {@link #addHeader}. */
    public HttpResponse addHeaders(HttpFields more) {
        more.forEach(field -> notFraming(field.name()));
        return with(fields.toBuilder().addAll(more).build());
    }

    /** This response with a cookie, next to others. */
    public HttpResponse cookie(SetCookie cookie) {
        return addHeader("Set-Cookie", cookie.toFieldValue());
    }

    private HttpResponse with(HttpFields changed) {
        return new HttpResponse(status, changed, body);
    }

    // Two opinions on where a message ends are how requests get smuggled (RFC 9112 §11.2).
    private static String notFraming(String name) {
        String lower = Text.lowerCase(name);
        if (lower.equals("content-length") || lower.equals("transfer-encoding")) {
            throw new IllegalArgumentException("the server writes " + name + " itself: leave it out");
        }
        return name;
    }

    public int status() {
        return status;
    }

    public HttpFields fields() {
        return fields;
    }

    public Body body() {
        return body;
    }

    @Override
    public String toString() {
        return status + " " + fields + " " + body.length() + " bytes";
    }
}
