package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cli.RunningCommand;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's {@link WebSocket} against {@code duplex echo}. It knows no compression. */
@ParameterizedClass
@ValueSource(strings = {"ws", "wss"})
class JdkPeerTest {
    private static final String WIDE = "\uD834\uDD1E \uD83D\uDE00 日本語 é \0 \uDBFF\uDFFF";
    private static final int MEBIBYTE = 1024 * 1024;

    /** The JDK sends it in frames of 16 KiB. */
    private static final int ALMOST = MEBIBYTE - 1;

    @Parameter
    String scheme;

    private RunningCommand echo;
    private HttpClient http;

    @BeforeEach
    void startTheServer() throws GeneralSecurityException {
        echo = scheme.equals("wss") ? RunningCommand.start("echo", "--tls-self-signed") : RunningCommand.start("echo");
        http = HttpClient.newBuilder().sslContext(anyCertificate()).build();
    }

    @AfterEach
    void stopTheServer() {
        echo.close();
    }

    private Peer connect(String path, String... subprotocols) {
        Peer peer = new Peer();
        WebSocket.Builder builder = http.newWebSocketBuilder();
        if (subprotocols.length > 0) {
            builder.subprotocols(
                    subprotocols[0],
                    List.of(subprotocols).subList(1, subprotocols.length).toArray(String[]::new));
        }
        peer.socket = builder.buildAsync(echo.socket(path), peer).join();
        return peer;
    }

    @Test
    void theFirstSubprotocolOfferedIsChosen() throws Exception {
        assertThat(connect("/echo", "one.v2", "one.v1").socket.getSubprotocol()).isEqualTo("one.v2");
        assertThat(connect("/echo").socket.getSubprotocol()).isEmpty();
    }

    @Test
    void textAndBytesComeBack() throws Exception {
        Peer peer = connect("/echo");
        byte[] everyByte = new byte[1024];
        IntStream.range(0, everyByte.length).forEach(i -> everyByte[i] = (byte) (i * 167));
        byte[] random = new byte[ALMOST];
        new Random(1).nextBytes(random);
        for (String text : List.of(WIDE, "", WIDE.repeat(2_000), "é".repeat(ALMOST / 2) + ".")) {
            peer.socket.sendText(text, true).join();
            String answer = peer.next();
            assertThat(answer.equals("text " + text))
                    .as("%.50s... of %d", answer, answer.length())
                    .isTrue();
        }
        for (byte[] bytes : List.of(everyByte, new byte[0], random)) {
            peer.socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
            assertThat(peer.next().equals(binary(bytes))).isTrue();
        }
    }

    @Test
    void fragmentsComeBackAsOneMessage() throws Exception {
        Peer peer = connect("/echo");
        peer.socket.sendText("", false).join();
        for (int i = 0; i < WIDE.length(); i = WIDE.offsetByCodePoints(i, 1)) {
            // The JDK splits no characters.
            peer.socket.sendText(Character.toString(WIDE.codePointAt(i)), false).join();
            peer.socket.sendPing(ByteBuffer.wrap(new byte[] {(byte) i})).join();
            assertThat(peer.next()).isEqualTo("pong " + binary(new byte[] {(byte) i}));
        }
        peer.socket.sendText("", true).join();
        assertThat(peer.next()).isEqualTo("text " + WIDE);
        for (int i = 0; i < 256; i++) {
            peer.socket
                    .sendBinary(ByteBuffer.wrap(new byte[] {(byte) i, 0}), i == 255)
                    .join();
        }
        assertThat(peer.next()).startsWith("binary 0000010002000300").hasSize(7 + 1024);
    }

    @Test
    void oneByteMoreThanAMebibyteIsTooMuch() throws Exception {
        Peer peer = connect("/echo");
        peer.socket.sendBinary(ByteBuffer.allocate(MEBIBYTE + 1), true);
        assertThat(peer.next()).startsWith("close 1009 ").contains("1048576");
    }

    @Test
    void aThousandMessagesComeBackInOrder() throws Exception {
        Peer peer = connect("/echo");
        List<String> expected = new ArrayList<>();
        CompletableFuture<?> sent = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 1_000; i++) {
            String text = "message " + i + " " + "x".repeat(i % 200);
            expected.add("text " + text);
            sent = sent.thenCompose(before -> peer.socket.sendText(text, true));
        }
        sent.join();
        List<String> heard = new ArrayList<>();
        while (heard.size() < expected.size()) {
            heard.add(peer.next());
        }
        assertThat(heard).isEqualTo(expected);
    }

    @Test
    void closesWithACodeAndAReason() throws Exception {
        Peer peer = connect("/echo");
        peer.socket.sendClose(4000, "genug für heute").join();
        assertThat(peer.next()).startsWith("close 4000");
    }

    @Test
    void isClosedWithACodeAndAReason() throws Exception {
        assertThat(connect("/close?code=4001&reason=bis%20bald%20%F0%9F%91%8B").next())
                .isEqualTo("close 4001 bis bald \uD83D\uDC4B");
    }

    @Test
    void learnsOfACut() throws Exception {
        assertThat(connect("/drop").next()).matches("(?s)close 1006.*|error .*");
    }

    @Test
    void isRefusedWithAStatus() {
        assertThatThrownBy(() -> connect("/reject?status=403"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(403));
    }

    private static String binary(byte[] bytes) {
        return "binary " + HexFormat.of().formatHex(bytes);
    }

    /** One end of a connection, and what it has heard, in order. */
    private static final class Peer implements WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private WebSocket socket;

        String next() throws InterruptedException {
            String next = heard.poll(DevTools.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(next).as("nothing came").isNotNull();
            return next;
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add("text " + text);
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            bytes.writeBytes(part);
            if (last) {
                heard.add(binary(bytes.toByteArray()));
                bytes.reset();
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
            byte[] payload = new byte[message.remaining()];
            message.get(payload);
            heard.add("pong " + binary(payload));
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            heard.add("close " + statusCode + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            heard.add("error " + error);
        }
    }

    /** Self-signed certificates under any name, as nobody but a test would trust them. */
    private static SSLContext anyCertificate() throws GeneralSecurityException {
        TrustManager trusting = new X509ExtendedTrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trusting}, null);
        return context;
    }
}
