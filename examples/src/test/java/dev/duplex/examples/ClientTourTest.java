package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.ReconnectingWebSocket;
import dev.duplex.client.WebSocket;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The programs of the guide's page on the client, run as a reader would. */
class ClientTourTest {
    private static final int PATIENCE_SECONDS = 30;

    private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();
    private final PrintStream standardOutput = System.out;
    private WebSocketServer server;

    @BeforeEach
    void start() {
        server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .start();
        System.setOut(new PrintStream(new Lines(), true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        System.setOut(standardOutput);
        server.close();
    }

    private final class Lines extends ByteArrayOutputStream {
        @Override
        public synchronized void flush() {
            toString(StandardCharsets.UTF_8).lines().forEach(printed::add);
            reset();
        }
    }

    private String url() {
        return server.uri("/echo").toString();
    }

    private void assertPrints(String... lines) throws InterruptedException {
        for (String line : lines) {
            assertThat(printed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(line);
        }
    }

    @Test
    void theTourShowsWhatTheGuideSays() throws Exception {
        ClientTour.main(new String[] {url()});
        assertPrints("open", "told as well", "open for messages", "message: text, also 你好");
        assertPrints("message: Blob of 19", "message: Blob of 3", "message: Blob of 2", "900000");
        assertPrints("message: array of 900000", "closing", "close: 1000 true");
    }

    @Test
    void theClientOfTheReadmeSaysHelloAndLeaves() throws Exception {
        EchoClient.main(new String[] {url()});
        assertPrints("received: Hello WebSockets!", "closed: 1000");
    }

    @Test
    void theFirstListenerHearsWhatCameBeforeIt() throws Exception {
        WebSocket socket = ClientTour.connect(url());
        socket.onopen(event -> System.out.println("open"));
        assertPrints("open");
        socket.close();
    }

    @Test
    void listenersThatAreSetFirstMissNothing() throws Exception {
        WebSocket socket = ClientTour.missesNothing(url());
        socket.onopen(event -> socket.send("first"));
        assertPrints("first");
        socket.close();
    }

    @Test
    void theFeedSubscribesWhenItIsOpen() throws Exception {
        ReconnectingWebSocket feed = ClientTour.feed(url());
        assertPrints("subscribe prices");
        feed.close();
    }

    @Test
    void theOptionsAreTaken() {
        WebSocket socket = ClientTour.options("token");
        assertThat(socket.url()).isEqualTo("wss://example.com/chat");
        socket.close();
        assertThat(List.of(ClientTour.proxy())).hasSize(1);
    }
}
