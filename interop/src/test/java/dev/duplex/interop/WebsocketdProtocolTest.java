package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How {@code websocketd} and {@code duplex websocketd} keep the protocol of RFC 6455. */
@Tag("side-by-side")
class WebsocketdProtocolTest {
    private static final String FIELDS = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    @TempDir
    static Path folder;

    private static DaemonPair command;

    @BeforeAll
    static void prepare() {
        command = new DaemonPair(folder, "cat");
    }

    @AfterAll
    static void stop() {
        command.close();
    }

    @Test
    void oursTakesFramesThatComeWithTheHandshake() {
        try (WireClient client = new WireClient(command.get(DUPLEX).port())) {
            client.send(handshakeWithFrame());
            assertThat(client.answer().status()).isEqualTo(101);
            assertThat(client.next()).isEqualTo("text early");
        }
    }

    private static byte[] handshakeWithFrame() {
        byte[] head = ("GET / HTTP/1.1\r\n" + FIELDS).getBytes(StandardCharsets.US_ASCII);
        byte[] frame = WireClient.frame(0x81, "early".getBytes(StandardCharsets.UTF_8));
        byte[] both = Arrays.copyOf(head, head.length + frame.length);
        System.arraycopy(frame, 0, both, head.length, frame.length);
        return both;
    }

    @Test
    void websocketdRefusesFramesThatComeWithTheHandshake() {
        try (WireClient client = new WireClient(command.get(WEBSOCKETD).port())) {
            client.send(handshakeWithFrame());
            assertThat(client.hasEnded()).isTrue();
        }
    }

    /** A frame that breaks the protocol, and how each of the two closes. */
    private void assertClosed(byte[] frame, String theirs) {
        assertClosed(frame, theirs, "close 1002");
    }

    private void assertClosed(byte[] frame, String theirs, String ours) {
        try (WireClient client = command.get(WEBSOCKETD).open("/")) {
            client.send(frame);
            assertThat(client.rest()).containsExactly(theirs);
        }
        try (WireClient client = command.get(DUPLEX).open("/")) {
            client.send(frame);
            assertThat(client.rest()).hasSize(1).first().asString().startsWith(ours);
        }
    }

    @Test
    void breaksOfTheProtocolAre1002() {
        byte[] unmasked = {(byte) 0x81, 1, 'a'};
        assertClosed(unmasked, "close 1002 bad MASK");
        assertClosed(WireClient.frame(0xC1, new byte[] {'a'}), "close 1002 RSV1 set");
        assertClosed(WireClient.frame(0x83, new byte[0]), "close 1002 bad opcode 3");
        assertClosed(WireClient.frame(0x80, new byte[0]), "close 1002 continuation after FIN");
        assertClosed(WireClient.frame(0x09, new byte[0]), "close 1002 FIN not set on control");
        assertClosed(WireClient.frame(0x88, new byte[] {3, (byte) 0xEC}), "close 1002 bad close code 1004");
        // RFC 6455 §8.1 has a code for it, 1007.
        assertClosed(
                WireClient.frame(0x88, new byte[] {3, (byte) 0xE8, (byte) 0xFF}),
                "close 1002 invalid utf8 payload in close frame",
                "close 1007");
        // A fault: half a close code is taken for none.
        assertClosed(WireClient.frame(0x88, new byte[] {3}), "close");
    }

    @Test
    void anUpgradeIsAtLeastHttpOneOneAndAGet() {
        for (Daemon.Kind kind : Daemon.Kind.values()) {
            try (WireClient client = new WireClient(command.get(kind).port())) {
                client.send(("GET / HTTP/1.0\r\n" + FIELDS).getBytes(StandardCharsets.US_ASCII));
                // A fault: RFC 6455 §4.2.1 wants 1.1, as what is older knows no Upgrade.
                assertThat(client.answer().status()).isEqualTo(kind == DUPLEX ? 400 : 101);
            }
            try (WireClient client = new WireClient(command.get(kind).port())) {
                client.send(("POST / HTTP/1.1\r\n" + FIELDS).getBytes(StandardCharsets.US_ASCII));
                assertThat(client.answer().status()).as("%s", kind).isEqualTo(405);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingWithinAMessageIsAnswered(Daemon.Kind kind) {
        try (WireClient client = command.get(kind).open("/")) {
            client.send(WireClient.frame(0x01, new byte[] {'a'}));
            client.send(WireClient.frame(0x89, new byte[] {'p'}));
            client.send(WireClient.frame(0x80, new byte[] {'b'}));
            assertThat(List.of(client.next(), client.next())).containsExactly("pong 70", "text ab");
        }
    }
}
