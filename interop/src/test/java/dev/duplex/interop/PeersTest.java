package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeersTest {

    @Test
    void nodeFindsThePinnedPackages() {
        String program =
                "for (const p of ['ws', 'websocket', 'nodejs-websocket', 'engine.io-client', 'socket.io-client', 'socket.io']) console.log(p, require(p + '/package.json').version)";
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, Peers.node().toString(), "-e", program);
        assertThat(ended.output())
                .isEqualToNormalizingNewlines(
                        "ws 8.23.0\nwebsocket 1.0.35\nnodejs-websocket 1.7.2\nengine.io-client 6.6.8\n"
                                + "socket.io-client 4.8.4\nsocket.io 4.8.4\n");
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void pythonFindsWebsocketsTenOrLater() {
        String program = "import websockets; print(websockets.__version__)";
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, Peers.python().toString(), "-c", program);
        assertThat(Integer.parseInt(ended.output().split("\\.")[0])).isGreaterThanOrEqualTo(10);
    }

    @Test
    void chromiumTellsItsVersion() {
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, Peers.chromium().toString(), "--version");
        assertThat(ended.output()).contains("Chrom").containsPattern("\\d+\\.\\d+");
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void thePackageLockNamesNoRegistry() throws Exception {
        assertThat(Peers.NODE_FOLDER.resolve("package-lock.json"))
                .content()
                .contains("\"integrity\"")
                .doesNotContain("\"resolved\"");
    }
}
