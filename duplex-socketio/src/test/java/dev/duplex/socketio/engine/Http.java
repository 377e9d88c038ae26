package dev.duplex.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JDK's clients, by hand: what a client of Engine.IO sends and gets. */
public final class Http {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern SID = Pattern.compile("\"sid\":\"([^\"]+)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;
    private final String path;

    public Http(WebSocketServer server, String path) {
        this.port = server.port();
        this.path = path;
    }

    HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + query))
                .timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<byte[]> bytes(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<String> get(String query, String... headers) throws Exception {
        HttpRequest.Builder request = request(query);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    CompletableFuture<HttpResponse<String>> getLater(String query) {
        return client.sendAsync(request(query).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String query, String body) throws Exception {
        return send(request(query)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "text/plain;charset=UTF-8")
                .build());
    }

    /** The id of a new session that polls. */
    String open() throws Exception {
        return open("EIO=4");
    }

    String open(String query) throws Exception {
        HttpResponse<String> response = get("?transport=polling&" + query);
        assertThat(response.statusCode()).isEqualTo(200);
        return sid(response.body());
    }

    static String sid(String handshake) {
        Matcher matcher = SID.matcher(handshake);
        assertThat(matcher.find()).as(handshake).isTrue();
        return matcher.group(1);
    }

    public Frames webSocket(String query, String... headers) throws Exception {
        Frames frames = new Frames();
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(PATIENCE);
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        frames.socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + port + path + query), frames)
                .get(30, TimeUnit.SECONDS);
        return frames;
    }

    /** A WebSocket, and what came on it: text as it is, bytes as {@code bytes [...]}, the end as {@code end CODE}. */
    public static final class Frames implements WebSocket.Listener {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private WebSocket socket;

        public String next() throws InterruptedException {
            String frame = received.poll(30, TimeUnit.SECONDS);
            assertThat(frame).as("a frame").isNotNull();
            return frame;
        }

        boolean isSilent() {
            return received.isEmpty();
        }

        public void send(String frame) throws Exception {
            socket.sendText(frame, true).get(30, TimeUnit.SECONDS);
        }

        public void send(byte... frame) throws Exception {
            socket.sendBinary(ByteBuffer.wrap(frame), true).get(30, TimeUnit.SECONDS);
        }

        /** Sends a frame to a server that may already have ended the connection for what came before it. */
        public void sendUnlessEnded(byte... frame) throws Exception {
            try {
                send(frame);
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(IOException.class);
            }
        }

        public void close() {
            socket.sendClose(1000, "");
        }

        public void abort() {
            socket.abort();
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            received.add("bytes " + new String(bytes, StandardCharsets.ISO_8859_1));
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            received.add("end " + code);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            received.add("error");
        }
    }
}
