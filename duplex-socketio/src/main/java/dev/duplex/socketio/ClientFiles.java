package dev.duplex.socketio;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.socketio.internal.ContentCoding;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The official client for browsers: the bundles of npm's {@code socket.io-client}, which {@code scripts/socketio-client} takes. */
final class ClientFiles implements HttpHandler {
    /** What Node's server serves. */
    static final Set<String> NAMES = Set.of(
            "socket.io.js",
            "socket.io.js.map",
            "socket.io.min.js",
            "socket.io.min.js.map",
            "socket.io.esm.min.js",
            "socket.io.esm.min.js.map",
            "socket.io.msgpack.min.js",
            "socket.io.msgpack.min.js.map");

    private static final String IDENTITY = "identity";
    private static final String BROTLI = "br";

    /** From the smallest on; Brotli's are made along with the files. */
    private static final List<String> CODINGS = List.of(BROTLI, "gzip", "deflate");

    private final String version = new String(load("VERSION"), StandardCharsets.US_ASCII).strip();
    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return CompletableFuture.completedFuture(answer(request));
    }

    private HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpResponse.text(405, "Only GET and HEAD are possible here.\n")
                    .header("Allow", "GET, HEAD");
        }
        String name = request.path().substring(request.path().lastIndexOf('/') + 1);
        String coding = ContentCoding.preferred(CODINGS, request.fields().values("Accept-Encoding"))
                .orElse(IDENTITY);
        // RFC 9110 §8.8.3.3: what differs in its bytes has another tag.
        String tag = "\"" + version + (coding.equals(IDENTITY) ? "" : "-" + coding) + "\"";
        boolean unchanged = request.fields().values("If-None-Match").stream()
                .anyMatch(value -> value.strip().equals("*") || value.contains(tag));
        HttpResponse response = unchanged ? HttpResponse.status(304) : file(name, coding);
        return response.header("ETag", tag)
                .header("Cache-Control", "public, max-age=0")
                .addHeader("Vary", "Accept-Encoding")
                .header("X-Content-Type-Options", "nosniff");
    }

    private HttpResponse file(String name, String coding) {
        String type = name.endsWith(".map") ? "application/json" : "application/javascript";
        byte[] body = bodies.computeIfAbsent(name + " " + coding, key -> body(name, coding));
        HttpResponse response = HttpResponse.bytes(200, type + "; charset=utf-8", body);
        return coding.equals(IDENTITY) ? response : response.header("Content-Encoding", coding);
    }

    private static byte[] body(String name, String coding) {
        return switch (coding) {
            case IDENTITY -> load(name);
            case BROTLI -> load(name + ".br");
            default -> ContentCoding.of(coding).encode(load(name));
        };
    }

    private static byte[] load(String name) {
        try (InputStream file = ClientFiles.class.getResourceAsStream("client/" + name)) {
            if (file == null) {
                throw new FileNotFoundException(name + " is missing beside " + ClientFiles.class.getName());
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
