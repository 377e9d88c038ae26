package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.SocketIoServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official {@code socket.io-client} of npm plays the same scenes with the official server and with ours, and sees the
 * same. The scenes are in {@code interop/peers/socket-io.js}.
 */
class SocketIoTest {
    private static List<String> transcript(String base, String mode) {
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, Peers.node().toString(), "socket-io.js", base, mode);
        List<String> lines = ended.output().lines().toList();
        assertThat(lines).as(ended.output()).hasSizeGreaterThan(80).noneMatch(line -> line.contains("FAILED"));
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
    void clientsSeeTheSameWhereListenersMayBlock() {
        assertThat(ours(SocketIoServer.builder().blocking(), "both")).isEqualTo(official("both"));
    }
}
