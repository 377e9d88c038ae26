package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Flags of {@code websocketd} that need certificates, sockets and time; those of 0.5.0 under ours alone, as Debian has 0.4.1. */
@Tag("side-by-side")
class WebsocketdFlagsTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void makeCertificates() {
        DaemonPair.script(folder, "remote", "echo \"$REMOTE_HOST $HTTPS $SSL_CLIENT_S_DN\"; exec cat");
        for (String name : List.of("server", "client", "stranger")) {
            Peers.Ended ended = Peers.run(
                    folder,
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-days",
                    "1",
                    "-subj",
                    "/CN=" + name,
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                    "-keyout",
                    name + ".key",
                    "-out",
                    name + ".pem");
            assertThat(ended.exitCode()).as(ended.output()).isZero();
        }
    }

    private static final String[] SSL = {"--ssl", "--sslcert=server.pem", "--sslkey=server.key"};

    /** What a client of Python's gets, or how it fails. */
    private static String overTls(int port, String... certificate) {
        String client = """
                import asyncio, ssl, sys, websockets
                async def main():
                    context = ssl.create_default_context(cafile="server.pem")
                    if len(sys.argv) > 2:
                        context.load_cert_chain(sys.argv[2] + ".pem", sys.argv[2] + ".key")
                    try:
                        async with websockets.connect("wss://127.0.0.1:" + sys.argv[1] + "/", ssl=context) as ws:
                            print(await ws.recv())
                    except (ssl.SSLError, OSError, EOFError, websockets.WebSocketException) as e:
                        print("refused")
                asyncio.run(main())
                """;
        String[] words = new String[4 + certificate.length];
        words[0] = Peers.python().toString();
        words[1] = "-c";
        words[2] = client;
        words[3] = Integer.toString(port);
        System.arraycopy(certificate, 0, words, 4, certificate.length);
        return Peers.run(folder, words).output().strip();
    }

    private static DaemonPair pair(String... flags) {
        return new DaemonPair(folder, flags);
    }

    private static DaemonPair encrypted(String... more) {
        String[] all = new String[SSL.length + more.length];
        System.arraycopy(SSL, 0, all, 0, SSL.length);
        System.arraycopy(more, 0, all, SSL.length, more.length);
        return pair(all);
    }

    @ParameterizedTest
    @EnumSource
    void speaksTls(Daemon.Kind kind) {
        try (DaemonPair pair = encrypted("./remote")) {
            assertThat(overTls(pair.get(kind).port())).isEqualTo("127.0.0.1 on");
        }
    }

    @Test
    void oursWantsACertificateOfTheClientIfAnAuthorityIsNamed() {
        try (DaemonPair pair = encrypted("--sslca=client.pem", "./remote")) {
            int port = pair.get(DUPLEX).port();
            assertThat(overTls(port, "client")).isEqualTo("127.0.0.1 on CN=client");
            assertThat(overTls(port)).isEqualTo("refused");
            assertThat(overTls(port, "stranger")).isEqualTo("refused");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondPortLeadsToTheFirst(Daemon.Kind kind) {
        int second = Daemon.freePort();
        try (DaemonPair pair = encrypted("--redirport=" + second, "cat")) {
            Daemon daemon = pair.get(kind);
            Daemon.await("the second port", () -> Daemon.accepts(second));
            WireClient.Response response = WireClient.get(second, "/a%20b?c=d");
            assertThat(response.status()).isEqualTo(301);
            // A fault: whoever is sent elsewhere wants to go where it wanted to go.
            assertThat(response.field("Location"))
                    .isEqualTo("https://127.0.0.1:" + daemon.port() + (kind == DUPLEX ? "/a%20b?c=d" : "/"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNameOfTheClientIsLookedUpIfThatIsWanted(Daemon.Kind kind) {
        try (DaemonPair pair = pair("--reverselookup", "./remote");
                WireClient client = pair.get(kind).open("/")) {
            assertThat(client.next()).isEqualTo("text localhost  ");
        }
    }

    @Test
    void oursListensOnAUnixSocketAndNowhereElse() {
        Path socket = folder.resolve("wsd.sock");
        List<String> command = Daemon.command(DUPLEX, "--unixsocket=" + socket, "./remote");
        String client = """
                import asyncio, sys, websockets
                async def main():
                    async with websockets.unix_connect(sys.argv[1], "ws://localhost/") as ws:
                        print(await ws.recv())
                asyncio.run(main())
                """;
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("unix.log").toFile())
                    .start();
            try {
                Daemon.await("the socket", () -> !process.isAlive() || Files.exists(socket));
                assertThat(Peers.run(folder, Peers.python().toString(), "-c", client, socket.toString())
                                .output())
                        .isEqualTo("unix  \n");
                assertThat(Files.readString(folder.resolve("unix.log")))
                        .contains("Starting WebSocket server   : unix:" + socket)
                        .doesNotContain("ws://");
            } finally {
                process.destroy();
                process.waitFor();
            }
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oursSendsBothStreamsNamedIfThatIsWanted() {
        DaemonPair.script(folder, "both", "echo \"a \\\"quote\\\"\" >&2; echo out");
        try (DaemonPair pair = pair("--passstderr", "./both");
                WireClient client = pair.get(DUPLEX).open("/")) {
            // Two pipes have no order between them.
            assertThat(client.rest())
                    .containsExactlyInAnyOrder(
                            "text {\"stream\":\"stderr\",\"data\":\"a \\\"quote\\\"\"}",
                            "text {\"stream\":\"stdout\",\"data\":\"out\"}",
                            "close 1000")
                    .endsWith("close 1000");
        }
    }

    @Test
    void oursRefusesFramesThatAreTooLarge() {
        try (DaemonPair pair = pair("--maxframesize=1000", "cat");
                WireClient small = pair.get(DUPLEX).open("/");
                WireClient large = pair.get(DUPLEX).open("/")) {
            small.text("x".repeat(1000));
            assertThat(small.next()).isEqualTo("text " + "x".repeat(1000));
            large.text("x".repeat(1001));
            assertThat(large.next()).startsWith("close 1009");
        }
        try (DaemonPair pair = pair("cat");
                WireClient client = pair.get(DUPLEX).open("/")) {
            client.text("x".repeat((1 << 20) + 1));
            assertThat(client.next()).as("as 0.5.0 without the flag").startsWith("close 1009");
        }
    }

    @Test
    void websocketdTakesThirtyMegabytes() {
        try (DaemonPair pair = pair("sh", "-c", "head -c 30000000 | wc -c");
                WireClient client = pair.get(WEBSOCKETD).open("/")) {
            client.text("x".repeat(30_000_000));
            assertThat(client.next()).isEqualTo("text 30000000");
        }
    }

    @Test
    void oursAsksWhetherAClientIsThereAndGivesUpWhoIsNot() {
        try (DaemonPair pair = pair("--pingms=2000", "cat");
                WireClient client = pair.get(DUPLEX).open("/")) {
            WireClient.Frame ping = client.read();
            assertThat(ping.opcode()).isEqualTo(WireClient.PING);
            client.send(WireClient.frame(0x80 | WireClient.PONG, ping.payload()));
            assertThat(client.read().opcode()).as("who answers stays").isEqualTo(WireClient.PING);
            assertThat(client.rest())
                    .as("who does not is gone")
                    .last()
                    .asString()
                    .matches("cut|close.*");
        }
    }
}
