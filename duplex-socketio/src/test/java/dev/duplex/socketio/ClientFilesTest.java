package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.engine.Cors;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientFilesTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private WebSocketServer server;

    private void start(UnaryOperator<SocketIoServer.Builder> settings) {
        server = settings.apply(SocketIoServer.builder())
                .build()
                .attach(WebSocketServer.builder().port(0).eventLoops(1))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<byte[]> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    private static byte[] file(String name) throws Exception {
        try (InputStream file = ClientFiles.class.getResourceAsStream("client/" + name)) {
            assertThat(file).as(name).isNotNull();
            return file.readAllBytes();
        }
    }

    private static String version() throws Exception {
        return new String(file("VERSION"), StandardCharsets.US_ASCII).strip();
    }

    @Test
    void servesWhatNodesServerServes() throws Exception {
        start(builder -> builder);
        for (String name : ClientFiles.NAMES) {
            HttpResponse<byte[]> response = send("GET", "/socket.io/" + name + "?v=1");
            assertThat(response.statusCode()).as(name).isEqualTo(200);
            assertThat(response.body()).as(name).isEqualTo(file(name));
            assertThat(header(response, "content-type"))
                    .isEqualTo(
                            name.endsWith(".map")
                                    ? "application/json; charset=utf-8"
                                    : "application/javascript; charset=utf-8");
            assertThat(header(response, "etag")).isEqualTo("\"" + version() + "\"");
            assertThat(header(response, "cache-control")).isEqualTo("public, max-age=0");
            assertThat(header(response, "vary")).isEqualTo("Accept-Encoding");
        }
        assertThat(new String(file("socket.io.js"), StandardCharsets.UTF_8)).contains("Socket.IO v" + version());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br, zstd | br",
                "gzip | gzip",
                "deflate | deflate",
                "br;q=0.5, gzip | gzip",
                "* | br"
            })
    void compressesForWhoCanReadIt(String accepted, String coding) throws Exception {
        start(builder -> builder);
        HttpResponse<byte[]> response = send("GET", "/socket.io/socket.io.js", "Accept-Encoding", accepted);
        assertThat(header(response, "content-encoding")).isEqualTo(coding);
        assertThat(header(response, "etag")).isEqualTo("\"" + version() + "-" + coding + "\"");
        byte[] plain = file("socket.io.js");
        assertThat(response.body()).hasSizeLessThan(plain.length / 3);
        ByteArrayInputStream body = new ByteArrayInputStream(response.body());
        byte[] read = switch (coding) {
            case "gzip" -> new GZIPInputStream(body).readAllBytes();
            case "deflate" -> new InflaterInputStream(body).readAllBytes();
            // The JDK reads no Brotli: SocketIoTest compares it with the package.
            default -> plain;
        };
        assertThat(read).isEqualTo(plain);
    }

    @Test
    void whoHasTheFileGetsItNotAgain() throws Exception {
        start(builder -> builder);
        String path = "/socket.io/socket.io.min.js";
        String tag = header(send("GET", path), "etag");
        for (String condition : new String[] {tag, "W/" + tag, "\"other\", " + tag, "*"}) {
            HttpResponse<byte[]> response = send("GET", path, "If-None-Match", condition);
            assertThat(response.statusCode()).as(condition).isEqualTo(304);
            assertThat(response.body()).isEmpty();
            assertThat(header(response, "etag")).isEqualTo(tag);
        }
        assertThat(send("GET", path, "If-None-Match", "\"0.0.0\"").statusCode()).isEqualTo(200);
        assertThat(send("GET", path, "If-None-Match", tag, "Accept-Encoding", "gzip")
                        .statusCode())
                .as("the tag is that of other bytes")
                .isEqualTo(200);
    }

    @Test
    void readsAlone() throws Exception {
        start(builder -> builder);
        assertThat(send("HEAD", "/socket.io/socket.io.js").statusCode()).isEqualTo(200);
        assertThat(send("POST", "/socket.io/socket.io.js").statusCode()).isEqualTo(405);
        for (String path : new String[] {"LICENSE", "VERSION", "socket.io.js.br", "client/socket.io.js"}) {
            assertThat(send("GET", "/socket.io/" + path).statusCode()).as(path).isEqualTo(400);
        }
    }

    @Test
    void isServedBelowThePathAndOnlyIfWanted() throws Exception {
        start(builder -> builder.path("/other"));
        assertThat(send("GET", "/other/socket.io.js").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/socket.io/socket.io.js").statusCode()).isEqualTo(404);
        server.close();
        start(builder -> builder.serveClient(false));
        assertThat(send("GET", "/socket.io/socket.io.js").statusCode()).isEqualTo(400);
    }

    @Test
    void pagesOfOtherOriginsLoadItAsTheyMayPoll() throws Exception {
        start(builder -> builder.cors(Cors.origin("https://a.example")));
        HttpResponse<byte[]> response = send("GET", "/socket.io/socket.io.esm.min.js", "Origin", "https://a.example");
        assertThat(header(response, "access-control-allow-origin")).isEqualTo("https://a.example");
        assertThat(header(response, "vary")).contains("Accept-Encoding").contains("Origin");
        assertThat(send("OPTIONS", "/socket.io/socket.io.js").statusCode()).isEqualTo(204);
    }
}
