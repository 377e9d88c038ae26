package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The verbs as they run, from the command line to the goodbye. */
class ServerRunTest {
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(100);
    private final StringWriter err = new StringWriter();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private Thread running;

    /** Starts a verb, and answers with the first line of its stdout. */
    private String start(String... args) throws Exception {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(new StringWriter(), true) {
            @Override
            public void println(String line) {
                lines.add(line);
            }

            @Override
            public void println(Object line) {
                lines.add(String.valueOf(line));
            }
        });
        commandLine.setErr(new PrintWriter(err, true));
        running = new Thread(() -> exitCode.complete(commandLine.execute(args)));
        running.start();
        String line = lines.poll(20, TimeUnit.SECONDS);
        assertThat(line).as(err.toString()).isNotNull();
        return line;
    }

    private int stop() throws Exception {
        running.interrupt();
        return exitCode.get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void end() throws Exception {
        if (running != null) {
            stop();
        }
    }

    private static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    private static URI webSocket(URI http, String path) {
        return URI.create("ws://" + http.getAuthority() + path);
    }

    @ParameterizedTest
    @CsvSource({"echo, Duplex echo", "chat, Duplex chat"})
    void servesItsPageAtTheAddressItPrints(String verb, String title) throws Exception {
        String address = start(verb, "--port", "0");
        assertThat(address).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*/");
        HttpResponse<String> page = get(URI.create(address));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<title>" + title);
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValue("default-src 'self'; connect-src *; style-src 'self'; script-src 'self';"
                        + " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("ETag")).isPresent();
        HttpResponse<String> script = get(URI.create(address).resolve("/assets/" + verb + ".js"));
        assertThat(script.statusCode()).isEqualTo(200);
        assertThat(script.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/javascript"));
        assertThat(get(URI.create(address).resolve("/health")).body()).isEqualTo("ok\n");
    }

    @Test
    void servesTheChatPageForEveryRoom() throws Exception {
        URI address = URI.create(start("chat", "--port", "0"));
        assertThat(get(address.resolve("/room/tea")).body()).contains("<title>Duplex chat");
        assertThat(get(address.resolve("/nowhere")).statusCode()).isEqualTo(404);
        try (RawClient client = RawClient.open(webSocket(address, "/room/tea"))) {
            assertThat(client.sendText("hello").text()).isEqualTo("hello");
        }
    }

    @Test
    void saysGoodbyeToEverybodyAndEndsWithZero() throws Exception {
        URI address = URI.create(start("echo", "--port", "0"));
        try (RawClient client = RawClient.open(webSocket(address, "/echo"))) {
            assertThat(client.sendText("hello").text()).isEqualTo("hello");
            running.interrupt();
            RawClient.Frame close = client.frame();
            assertThat(close.firstByte()).isEqualTo(0x88);
            assertThat(close.hex()).startsWith("03e9");
            client.send(0x88, new byte[] {3, (byte) 0xe9});
            assertThat(stop()).isZero();
        }
    }

    @Test
    void printsNothingButTheAddressWhenQuiet() throws Exception {
        start("echo", "--port", "0", "--quiet");
        assertThat(stop()).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(lines).isEmpty();
    }

    @Test
    void tellsMoreOnStderr() throws Exception {
        start("chat", "--port", "0");
        assertThat(stop()).isZero();
        assertThat(err.toString()).contains("/room/NAME").contains("Ctrl-C");
        assertThat(lines).isEmpty();
    }

    @Test
    void warnsWhenTheNetworkCanConnect() throws Exception {
        start("echo", "--host", "0.0.0.0", "--port", "0", "--quiet");
        stop();
        assertThat(err.toString()).contains("anyone on the network");
    }

    @Test
    void servesFilesBesideItsPages(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("tutorial.html"), "<p>tutorial");
        URI address = URI.create(start("echo", "--port", "0", "--static", directory.toString()));
        assertThat(get(address.resolve("/tutorial.html")).body()).isEqualTo("<p>tutorial");
        assertThat(get(address.resolve("/elsewhere")).body()).contains("\"path\" : \"/elsewhere\"");
        assertThat(get(address).body()).contains("<title>Duplex echo");
    }

    @Test
    void refusesForeignPagesUnlessTheyAreAllowed() throws Exception {
        URI address = URI.create(start("echo", "--port", "0", "--origin", "https://*.example.com"));
        URI echo = webSocket(address, "/echo");
        try (RawClient foreign = RawClient.open(echo, "Origin: https://example.org");
                RawClient allowed = RawClient.open(echo, "Origin: https://www.example.com")) {
            assertThat(foreign.status()).isEqualTo(403);
            assertThat(allowed.status()).isEqualTo(101);
        }
    }

    @Test
    void letsEveryPageInWhenToldTo() throws Exception {
        URI address = URI.create(start("echo", "--port", "0", "--any-origin"));
        try (RawClient client = RawClient.open(webSocket(address, "/echo"), "Origin: null")) {
            assertThat(client.status()).isEqualTo(101);
        }
    }

    @Test
    void keepsToTheLargestMessage() throws Exception {
        URI address = URI.create(start("echo", "--port", "0", "--max-message", "1k"));
        try (RawClient client = RawClient.open(webSocket(address, "/echo"))) {
            assertThat(client.sendText("x".repeat(1024)).text()).hasSize(1024);
            assertThat(client.sendText("x".repeat(1025)).frame().hex()).startsWith("03f1");
        }
    }

    @ParameterizedTest
    @CsvSource({"on, true", "dedicated, true", "off, false"})
    void compressesAsTold(String deflate, boolean agreed) throws Exception {
        URI address = URI.create(start("echo", "--port", "0", "--deflate", deflate));
        try (RawClient client =
                RawClient.open(webSocket(address, "/echo"), "Sec-WebSocket-Extensions: permessage-deflate")) {
            assertThat(client.head().toLowerCase(Locale.ROOT).contains("permessage-deflate"))
                    .isEqualTo(agreed);
        }
    }

    @Test
    void makesACertificateAndPrintsItsFingerprint() throws Exception {
        String address = start("echo", "--port", "0", "--tls-self-signed", "--quiet");
        assertThat(address).startsWith("https://127.0.0.1:");
        SSLContext trustsAll = SSLContext.getInstance("TLS");
        trustsAll.init(null, new TrustManager[] {new TrustsAll()}, null);
        HttpResponse<String> page = HttpClient.newBuilder()
                .sslContext(trustsAll)
                .build()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
        assertThat(page.body()).contains("<title>Duplex echo");
        X509Certificate certificate =
                (X509Certificate) page.sslSession().orElseThrow().getPeerCertificates()[0];
        String sha256 = HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        stop();
        assertThat(err.toString()).contains("SHA-256 " + sha256);
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void listensOnAUnixSocketAlone(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("echo.sock");
        assertThat(start("echo", "--unix", socket.toString())).isEqualTo("unix:" + socket);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertThat(channel.connect(UnixDomainSocketAddress.of(socket))).isTrue();
        }
        assertThat(stop()).isZero();
        assertThat(socket).doesNotExist();
    }
}
