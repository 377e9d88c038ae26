package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.ConnectionStateRecovery;
import dev.duplex.socketio.SocketIoServer;
import dev.duplex.socketio.parser.MsgpackParser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official {@code socket.io-client} of npm plays the same scenes with the official server and with ours, and sees the
 * same. The scenes are in {@code interop/peers/socket-io.js}.
 */
@Tag("side-by-side")
class SocketIoTest {
    private static List<String> transcript(String base, String mode) {
        return played(80, "socket-io.js", base, mode);
    }

    private static List<String> played(int least, String... script) {
        List<String> command = new ArrayList<>(List.of(Peers.node().toString()));
        command.addAll(List.of(script));
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, command.toArray(String[]::new));
        List<String> lines = ended.output().lines().toList();
        assertThat(lines).as(ended.output()).hasSizeGreaterThan(least).noneMatch(line -> line.contains("FAILED"));
        return lines;
    }

    private static List<String> ours(SocketIoServer.Builder builder, String mode) {
        try (WebSocketServer server = SocketIoScenes.start(builder)) {
            return transcript("http://127.0.0.1:" + server.port(), mode);
        }
    }

    private static List<String> official(String mode) {
        try (NodeServer server = NodeServer.start("socket-io-server.js", "{}", mode)) {
            return transcript(server.uri(), mode);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket", "both"})
    void clientsSeeTheSameOfBothServers(String mode) {
        assertThat(ours(SocketIoServer.builder(), mode)).isEqualTo(official(mode));
    }

    @Test
    void clientsWithTheMsgpackParserSeeTheSameOfBothServers() {
        assertThat(ours(SocketIoServer.builder().parser(mapper -> new MsgpackParser()), "msgpack"))
                .isEqualTo(official("msgpack"));
    }

    @Test
    void clientsSeeTheSameWhereListenersMayBlock() {
        assertThat(ours(SocketIoServer.builder().blocking(), "both")).isEqualTo(official("both"));
    }

    @ParameterizedTest
    @CsvSource({"sioc2, polling", "sioc2, websocket", "sioc2, both", "sioc3, polling", "sioc3, websocket", "sioc3, both"
    })
    void olderClientsSeeTheSameOfBothServers(String version, String mode) {
        List<String> official;
        try (NodeServer server = NodeServer.start("socket-io-server.js", "{\"allowEIO3\":true}")) {
            official = played(20, "socket-io-old.js", server.uri(), version, mode);
        }
        try (WebSocketServer server =
                SocketIoScenes.start(SocketIoServer.builder().allowEIO3(true))) {
            assertThat(played(20, "socket-io-old.js", "http://127.0.0.1:" + server.port(), version, mode))
                    .isEqualTo(official);
        }
    }

    /** They are those of the package, byte for byte; {@code scripts/socketio-client} takes them. */
    @Test
    void browsersGetTheSameClientOfBothServers() {
        List<String> official;
        try (NodeServer server = NodeServer.start("socket-io-server.js", "{}")) {
            official = played(60, "socket-io-files.js", server.uri());
        }
        assertThat(official).noneMatch(line -> line.endsWith("false"));
        try (WebSocketServer server = SocketIoScenes.start(SocketIoServer.builder())) {
            assertThat(played(60, "socket-io-files.js", "http://127.0.0.1:" + server.port()))
                    .isEqualTo(official);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket", "both"})
    void clientsThatWereLostFindTheSameOnBothServers(String mode) {
        List<String> official;
        try (NodeServer server = NodeServer.start("socket-io-server.js", "{\"connectionStateRecovery\":{}}")) {
            official = played(5, "socket-io-recovery.js", server.uri(), mode);
        }
        SocketIoServer.Builder recovering =
                SocketIoServer.builder().connectionStateRecovery(ConnectionStateRecovery.DEFAULTS);
        try (WebSocketServer server = SocketIoScenes.start(recovering)) {
            assertThat(played(5, "socket-io-recovery.js", "http://127.0.0.1:" + server.port(), mode))
                    .isEqualTo(official);
        }
    }
}
