package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import org.junit.jupiter.api.Test;

class EchoServerTest {

    /** The main method of the README's first example ends at once, and the server must not end with it. */
    @Test
    void aStartedServerKeepsTheProgramRunning() {
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .start()) {
            assertThat(server.port()).isPositive();
            assertThat(Thread.getAllStackTraces().keySet())
                    .anyMatch(thread -> thread.getName().startsWith("duplex-") && !thread.isDaemon());
        }
    }
}
