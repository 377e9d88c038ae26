package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The project's table of hostile input from a server's side, over sockets: rows K03 and K04, and of F and C what a
 * server can do to a client. What the protocol answers to each byte is tested for both roles in the core's
 * HostileFramesTest and CompressedMessagesTest; here the client must say so to the server, tell the program, and be
 * gone.
 */
class HostileServerTest {
    private static final int PATIENCE_SECONDS = 30;
    private static final int MIB = 1024 * 1024;
    private static final String DEFLATE =
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<WebSocket> sockets = new ArrayList<>();
    private RawServer server;

    private interface Evil {
        void with(Socket socket) throws Exception;
    }

    @AfterEach
    void stopTheServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private void serve(String fields, Evil evil) throws IOException {
        server = new RawServer((socket, request) -> {
            RawServer.write(socket, RawServer.switching(request).replaceFirst("\r\n\r\n$", "\r\n" + fields + "\r\n"));
            evil.with(socket);
        });
    }

    private WebSocket connect(Limits limits) {
        WebSocket socket = new WebSocket(
                server.url(),
                WebSocketOptions.builder()
                        .limits(limits)
                        .compression(DeflateOptions.SHARED)
                        .build(),
                recorder.handlers());
        sockets.add(socket);
        return socket;
    }

    private WebSocket open(String fields, Evil evil) throws Exception {
        serve(fields, evil);
        WebSocket socket = connect(WebSocketOptions.DEFAULT_LIMITS);
        assertThat(recorder.next()).isEqualTo("open");
        return socket;
    }

    private static void send(Socket socket, String hex) throws IOException {
        socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** The code of the client's close frame, which is the next thing that it sends. */
    private void noteAnswer(Socket socket) throws IOException {
        PeerFrame frame = PeerFrame.read(socket);
        answers.add(Integer.toHexString(frame.first()) + " "
                + (frame.payload().length < 2
                        ? ""
                        : ByteBuffer.wrap(frame.payload()).getChar() + 0));
    }

    private void assertFailedWith(int code) throws Exception {
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("88 " + code);
        stopTheServer();
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
    }

    // ------------------------------------------------------------------------------------------------------------ K03

    @Test
    @DisplayName("K03 each frame has a masking key of its own; of a million keys, see MaskingKeysTest")
    void masksAreNotReused() throws Exception {
        int count = 20_000;
        CompletableFuture<Set<Integer>> keys = new CompletableFuture<>();
        serve("", socket -> {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            Set<Integer> seen = new HashSet<>(2 * count);
            for (int i = 0; i < count; i++) {
                in.readShort(); // 81 81
                seen.add(in.readInt());
                in.readByte();
            }
            keys.complete(seen);
        });
        WebSocket socket = new WebSocket(
                server.url(),
                WebSocketOptions.builder()
                        .compression(DeflateOptions.DISABLED)
                        .onEventLoop()
                        .build(),
                recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
        for (int i = 0; i < count; i++) {
            socket.send("x");
        }
        // Of n keys out of 2^32, n²/2^33 = 0.05 repeat.
        assertThat(count - keys.get(PATIENCE_SECONDS, TimeUnit.SECONDS).size()).isLessThan(4);
    }

    // ------------------------------------------------------------------------------------------------------------ K04

    @Test
    @DisplayName("K04 a response head without end is cut at its limit")
    void refusesEndlessHeaders() throws Exception {
        server = new RawServer((socket, request) -> {
            // Twice the limit, and more to come: but for the client's cut, nothing would end this.
            RawServer.write(socket, "HTTP/1.1 101 Switching Protocols\r\n" + "A: b\r\n".repeat(6000));
            try {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            } catch (SocketException reset) {
                // It has not read all of it, and TCP says so.
            }
            answers.add("cut");
        });
        connect(WebSocketOptions.DEFAULT_LIMITS);
        assertThat(List.of(recorder.next(), recorder.next())).containsExactly("error", "close 1006");
        assertThat(recorder.error.message()).containsAnyOf("maxHandshakeBytes", "maxHandshakeFields");
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("cut");
    }

    @Test
    @DisplayName("K04 frames in one piece with the 101 are delivered, whatever comes behind them")
    void deliversWhatIsGluedToTheResponse() throws Exception {
        server = new RawServer((socket, request) -> {
            RawServer.write(socket, RawServer.switching(request) + "\u0081\u0002hi\u0082\u0001x\u0083\u0000");
            noteAnswer(socket);
        });
        connect(WebSocketOptions.DEFAULT_LIMITS);
        assertThat(List.of(recorder.next(), recorder.next(), recorder.next())).containsExactly("open", "hi", "1 bytes");
        assertFailedWith(1002);
    }

    // -------------------------------------------------------------------------------------------------------- F and C

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "F01 most significant bit of the length, 82 7f 8000000000000000, 1002",
        "F01 2^63-1, 82 7f 7fffffffffffffff, 1009",
        "F02 2^31, 81 7f 0000000080000000, 1009",
        "F02 1 GiB, 82 7f 0000000040000000, 1009",
        "F02 one over the limit, 82 7f 0000000000100001, 1009",
        "F04 five bytes in the 16-bit form, 81 7e 0005 68656c6c6f, 1002",
        "F04 a hundred bytes in the 64-bit form, 81 7f 0000000000000064, 1002",
        "F05 a masked frame, 81 82 00000000 6869, 1002",
        "F06 RSV2, a1 00, 1002",
        "F06 RSV3, 91 00, 1002",
        "F06 RSV1 without an extension, c1 00, 1002",
        "F07 opcode 3 of 1 GiB, 83 7f 0000000040000000, 1002",
        "F07 opcode 11, 8b 00, 1002",
        "F08 a long ping, 89 7e 007e, 1002",
        "F08 a fragmented ping, 09 00, 1002",
        "F12 a continuation first, 80 00, 1002",
        "F12 text amid fragmented text, 01 01 61 81 01 62, 1002",
        "F17 a bad byte early in a large text, 81 7f 0000000000100000 61 ff, 1007",
        "F17 a surrogate, 81 03 eda080, 1007",
        "F17 cut at the end, 81 02 61c3, 1007",
        "F18 a close body of one byte, 88 01 03, 1002",
        "F18 code 0, 88 02 0000, 1002",
        "F18 code 1005, 88 02 03ed, 1002",
        "F18 code 5000, 88 02 1388, 1002",
        "F18 a reason that is no UTF-8, 88 03 03e8 ff, 1007",
    })
    void isToldWhatItDidAndTheProgramToo(String row, String frames, int code) throws Exception {
        open("", socket -> {
            send(socket, frames);
            noteAnswer(socket);
        });
        assertFailedWith(code);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "C04 corrupt, c1 04 ffffffff, 1007",
        "C08 RSV1 on a ping, c9 00, 1002",
        "C08 RSV1 on a continuation, 41 01 ca c0 01 c8, 1002",
    })
    void isToldWhatItDidToTheCompression(String row, String frames, int code) throws Exception {
        open(DEFLATE, socket -> {
            send(socket, frames);
            noteAnswer(socket);
        });
        assertFailedWith(code);
    }

    @Test
    @DisplayName("F12, C10 pings between fragments, and messages that are not compressed, are as they should be")
    void takesWhatIsAllowed() throws Exception {
        open(DEFLATE, socket -> {
            send(socket, "01 01 61 89 00 80 01 62 81 02 6869");
            noteAnswer(socket);
        });
        assertThat(List.of(recorder.next(), recorder.next())).containsExactly("ab", "hi");
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("8a ");
    }

    private static byte[] deflatedZeros(int bytes) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[bytes]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        int length;
        while ((length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH)) > 0) {
            out.write(buffer, 0, length);
        }
        deflater.end();
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"C01, 1", "C02, 300"})
    @DisplayName("C01, C02 a deflate bomb in one frame or in many is given up where it passes the limit")
    void defusesBombs(String row, int fragments) throws Exception {
        byte[] bomb = deflatedZeros(64 * MIB);
        long before = directMemory();
        open(DEFLATE, socket -> {
            OutputStream out = socket.getOutputStream();
            int size = bomb.length / fragments;
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < fragments; i++) {
                        boolean last = i == fragments - 1;
                        int length = last ? bomb.length - i * size : size;
                        int first = (last ? 0x80 : 0) | (i == 0 ? 0x42 : 0);
                        // The shortest form of a length is a must: RFC 6455 §5.2.
                        ByteBuffer header = length > 65_535
                                ? ByteBuffer.allocate(10)
                                        .put((byte) first)
                                        .put((byte) 127)
                                        .putLong(length)
                                : ByteBuffer.allocate(4)
                                        .put((byte) first)
                                        .put((byte) 126)
                                        .putShort((short) length);
                        out.write(header.array());
                        out.write(bomb, i * size, length);
                    }
                } catch (IOException e) {
                    // the client has had enough
                }
            });
            noteAnswer(socket);
            sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        });
        assertFailedWith(1009);
        assertThat(directMemory() - before).isLessThan(32L * MIB);
    }

    /** Netty counts it in chunks of 4 MiB. */
    private static long directMemory() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    @Test
    @DisplayName(
            "F03 200 servers that declare a message of exactly the limit and send one byte of it: memory follows what"
                    + " came")
    void memoryFollowsReceivedBytes() throws Exception {
        int count = 200;
        Limits limits = WebSocketOptions.DEFAULT_LIMITS.withMaxMessageBytes(4 * MIB);
        CountDownLatch sent = new CountDownLatch(count);
        serve("", socket -> {
            send(socket, "82 7f 0000000000400000 01");
            sent.countDown();
        });
        long before = directMemory();
        for (int i = 0; i < count; i++) {
            connect(limits);
        }
        for (int i = 0; i < count; i++) {
            assertThat(recorder.next()).isEqualTo("open");
        }
        assertThat(sent.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        // 800 MiB if a buffer were sized by what was declared.
        assertThat(directMemory() - before).isLessThan(32L * MIB);
        sockets.forEach(WebSocket::close);
    }

    @ParameterizedTest
    @CsvSource({"F09 of one byte, 01 01 61, 00 01 61", "F10 empty, 01 00, 00 00"})
    @DisplayName("F09, F10 fragments without end are given up at their cap")
    void givesUpFragmentsWithoutEnd(String row, String first, String next) throws Exception {
        open("", socket -> {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    send(socket, first);
                    String thousand = next.repeat(1000);
                    for (int i = 0; i < 1000; i++) {
                        send(socket, thousand);
                    }
                } catch (IOException e) {
                    // the client has had enough
                }
            });
            noteAnswer(socket);
            sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        });
        assertFailedWith(1008);
        assertThat(recorder.error.message()).contains("maxFragments");
    }

    @Test
    @DisplayName("F19 a server that answers a close with messages without end is cut at the close timeout")
    void cutsAServerThatNeverStops() throws Exception {
        serve("", socket -> {
            byte[] message = new byte[10_004];
            ByteBuffer.wrap(message).put((byte) 0x82).put((byte) 126).putShort((short) 10_000);
            try {
                while (true) {
                    socket.getOutputStream().write(message);
                }
            } finally {
                answers.add("cut");
            }
        });
        WebSocket socket = new WebSocket(
                server.url(),
                WebSocketOptions.builder().closeTimeout(Duration.ofMillis(200)).build(),
                made -> {
                    made.onmessage(event -> made.close());
                    made.onclose(event -> recorder.note("close " + event.code()));
                });
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("cut");
        assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
    }
}
