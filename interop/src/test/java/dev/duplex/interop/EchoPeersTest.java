package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that others wrote, against {@code duplex echo}. What they try is in {@code interop/peers}: each program prints a
 * line for each check.
 */
@Tag("peer")
class EchoPeersTest {
    /** What every client is able to try. */
    private static final List<String> CHECKS = List.of(
            "the first subprotocol offered is chosen",
            "text with characters of four bytes",
            "empty messages",
            "every byte",
            "a mebibyte less one of text",
            "a mebibyte less one of bytes",
            "one byte more is too much",
            "fragmented bytes",
            "ping and pong",
            "a thousand messages in order",
            "closed by the client",
            "closed by the server",
            "cut by the server");

    private static final List<String> DEFLATE = List.of(
            "context takeover given up by both",
            "a window of 9 bits for the server",
            "a window of 9 bits for the client");

    private static RunningCommand plain;
    private static RunningCommand encrypted;

    @BeforeAll
    static void startTheServers() {
        plain = RunningCommand.start("echo");
        encrypted = RunningCommand.start("echo", "--tls-self-signed");
    }

    @AfterAll
    static void stopTheServers() {
        plain.close();
        encrypted.close();
    }

    private static String base(String scheme) {
        String address = (scheme.equals("wss") ? encrypted : plain).socket("/").toString();
        return address.substring(0, address.length() - 1);
    }

    private static void runs(String program, String script, List<String> more, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program, script));
        command.addAll(List.of(arguments));
        Peers.Ended ended = Peers.run(Peers.NODE_FOLDER, command.toArray(String[]::new));
        List<String> expected = new ArrayList<>();
        CHECKS.forEach(check -> expected.add("ok " + check));
        more.forEach(check -> expected.add("ok " + check));
        assertThat(ended.output().lines().toList()).as(ended.output()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(ended.exitCode()).isZero();
    }

    private static List<String> more(String compression) {
        List<String> more =
                new ArrayList<>(List.of("fragmented text", "refused with a status", "compression as asked for"));
        if (compression.equals("deflate")) {
            more.addAll(DEFLATE);
        }
        return more;
    }

    @ParameterizedTest
    @CsvSource({"ws, deflate", "ws, plain", "wss, deflate", "wss, plain"})
    void wsOfNode(String scheme, String compression) {
        runs(Peers.node().toString(), "echo-ws.js", more(compression), base(scheme), compression);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "wss"})
    void webSocketNode(String scheme) {
        runs(
                Peers.node().toString(),
                "echo-websocket.js",
                List.of("fragmented text", "refused with a status"),
                base(scheme));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "wss"})
    void nodejsWebsocket(String scheme) {
        runs(Peers.node().toString(), "echo-nodejs-websocket.js", List.of(), base(scheme));
    }

    @ParameterizedTest
    @CsvSource({"ws, deflate", "ws, plain", "wss, deflate", "wss, plain"})
    void pythonWebsockets(String scheme, String compression) {
        runs(Peers.python().toString(), "echo-python.py", more(compression), base(scheme), compression);
    }
}
