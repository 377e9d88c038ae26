package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.engine.EngineServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The official {@code engine.io-client} of npm, against our server and, to know that the checks are right, against the
 * official one. What it tries is in {@code interop/peers/engine-io.js}.
 */
@Tag("peer")
class EngineIoTest {
    private static final int CHECKS = 44;

    private static List<String> checks(String base, String quick) {
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, Peers.node().toString(), "engine-io.js", base, quick);
        List<String> lines = ended.output().lines().toList();
        assertThat(lines)
                .as(ended.output())
                .allMatch(line -> line.startsWith("ok "))
                .hasSize(CHECKS);
        return lines;
    }

    /** Fifty clients upgrade at once on a machine that may be busy: what is given up for being late is no finding. */
    private static WebSocketServer start(EngineServer.Builder engine) {
        return engine.upgradeTimeout(Duration.ofMinutes(2))
                .build()
                .attach(WebSocketServer.builder().port(0))
                .start();
    }

    private static EngineServer.Builder quick(EngineServer.Builder engine) {
        return engine.pingInterval(Duration.ofMillis(200)).pingTimeout(Duration.ofSeconds(2));
    }

    private static String uri(WebSocketServer server) {
        return "http://127.0.0.1:" + server.port();
    }

    @Test
    void theChecksHoldForTheOfficialServer() {
        try (NodeServer server = NodeServer.start("engine-io-server.js", "{\"upgradeTimeout\":120000}");
                NodeServer quick =
                        NodeServer.start("engine-io-server.js", "{\"pingInterval\":200,\"pingTimeout\":2000}")) {
            checks(server.uri(), quick.uri());
        }
    }

    @Test
    void theChecksHoldForOurs() {
        try (WebSocketServer server = start(EngineServer.builder(new EngineCommands()));
                WebSocketServer quick = start(quick(EngineServer.builder(new EngineCommands())))) {
            checks(uri(server), uri(quick));
        }
    }

    @Test
    void theChecksHoldWithHandlersThatMayBlock() {
        try (WebSocketServer server =
                        start(EngineServer.builder(new EngineCommands()).blocking());
                WebSocketServer quick =
                        start(quick(EngineServer.builder(new EngineCommands())).blocking())) {
            checks(uri(server), uri(quick));
        }
    }
}
