package dev.duplex.cli.serve;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a CGI script has written, read by RFC 3875 §6: fields, an empty line, a body.
 *
 * @param localRedirect a path of this server that the client is to get as if it had asked for it (§6.2.2), or empty
 * @param response what the client gets otherwise
 */
record CgiResponse(Optional<String> localRedirect, HttpResponse response) {
    static final int MAX_HEAD_BYTES = 64 * 1024;

    /** Fields of the connection, and lengths, are the server's own business (RFC 9110 §7.6.1, RFC 9112 §6). */
    private static final Set<String> NOT_ITS_OWN = Set.of(
            "connection",
            "content-length",
            "date",
            "keep-alive",
            "proxy-connection",
            "status",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /**
     * Reads it.
     *
     * @throws CgiException if the head is none
     */
    static CgiResponse read(byte[] output) throws CgiException {
        HttpFields.Builder builder = HttpFields.builder();
        int at = 0;
        boolean any = false;
        while (true) {
            int end = indexOf(output, (byte) '\n', at);
            if (end < 0) {
                throw new CgiException(
                        output.length == 0
                                ? "it has written nothing, where fields and an empty line were expected"
                                : "its output has no empty line that ends the fields");
            }
            if (end > MAX_HEAD_BYTES) {
                throw new CgiException("its fields have more than " + MAX_HEAD_BYTES + " bytes");
            }
            // §6.1: a line may end with LF alone.
            int last = end > at && output[end - 1] == '\r' ? end - 1 : end;
            if (last == at) {
                at = end + 1;
                break;
            }
            field(new String(output, at, last - at, StandardCharsets.ISO_8859_1), builder);
            any = true;
            at = end + 1;
        }
        if (!any) {
            throw new CgiException("it begins with an empty line, where at least one of the fields Content-Type,"
                    + " Location and Status was expected (RFC 3875 §6.2)");
        }
        return of(builder.build(), Arrays.copyOfRange(output, at, output.length));
    }

    private static void field(String line, HttpFields.Builder fields) throws CgiException {
        int colon = line.indexOf(':');
        if (colon <= 0) {
            throw new CgiException("expected a field such as Content-Type: text/plain but got "
                    + (line.startsWith("HTTP/") ? "a status line: write Status: 200 instead" : quoted(line)));
        }
        try {
            fields.add(line.substring(0, colon), line.substring(colon + 1).strip());
        } catch (IllegalArgumentException e) {
            throw new CgiException("the field " + quoted(line) + " cannot be sent: " + e.getMessage());
        }
    }

    private static String quoted(String line) {
        String head = line.length() > 60 ? line.substring(0, 60) + "..." : line;
        return "'" + head.replaceAll("[^ -~]", "?") + "'";
    }

    private static CgiResponse of(HttpFields fields, byte[] body) throws CgiException {
        for (String once : List.of("Status", "Location", "Content-Type")) {
            if (fields.values(once).size() > 1) {
                throw new CgiException("it has the field " + once + " more than once");
            }
        }
        @Nullable String location = fields.first("Location").orElse(null);
        Optional<String> status = fields.first("Status");
        if (location != null && location.startsWith("/") && !location.startsWith("//") && status.isEmpty()) {
            return new CgiResponse(Optional.of(local(location)), HttpResponse.status(204));
        }
        int code = status.isPresent() ? code(status.get()) : location != null ? 302 : 200;
        HttpResponse response = hasNoBody(code)
                ? HttpResponse.status(code)
                : HttpResponse.bytes(code, fields.first("Content-Type").orElse("application/octet-stream"), body);
        for (HttpFields.Field field : fields) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (!NOT_ITS_OWN.contains(name) && !name.equals("content-type")) {
                response = response.addHeader(field.name(), field.value());
            }
        }
        if (location == null && status.isEmpty() && !fields.has("Content-Type")) {
            throw new CgiException("it has none of the fields Content-Type, Location and Status (RFC 3875 §6.2)");
        }
        return new CgiResponse(Optional.empty(), response);
    }

    private static String local(String location) throws CgiException {
        try {
            URI uri = new URI(location);
            String query = uri.getRawQuery();
            return uri.getRawPath() + (query == null ? "" : "?" + query);
        } catch (URISyntaxException e) {
            throw new CgiException("its Location " + quoted(location) + " is no path");
        }
    }

    // §6.3.3: three digits, and words that nobody needs.
    private static int code(String status) throws CgiException {
        String digits = status.split(" ", 2)[0];
        if (!digits.matches("[2-5][0-9][0-9]")) {
            throw new CgiException("expected a Status of 200 to 599, such as 404 Not Found, but got " + quoted(status));
        }
        return Integer.parseInt(digits);
    }

    private static boolean hasNoBody(int code) {
        return code == 204 || code == 304;
    }

    private static int indexOf(byte[] bytes, byte wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
