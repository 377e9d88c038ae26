package dev.duplex.soak;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.duplex.fuzz.RawPeer;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;

/** A peer of the server that goes wrong at one point. The ones that reset are quick; the others wait for the server. */
enum Fault {
    RESET_AFTER_CONNECT(true) {
        @Override
        void commit(int port) throws IOException {
            RawPeer.connect(port).reset();
        }
    },
    RESET_IN_REQUEST_LINE(true) {
        @Override
        void commit(int port) throws IOException {
            sendAndReset(port, "GET /ec");
        }
    },
    RESET_IN_HEADER(true) {
        @Override
        void commit(int port) throws IOException {
            sendAndReset(port, "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr");
        }
    },
    RESET_IN_BODY(true) {
        @Override
        void commit(int port) throws IOException {
            sendAndReset(port, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
        }
    },
    RESET_BEFORE_RESPONSE(true) {
        @Override
        void commit(int port) throws IOException {
            sendAndReset(port, new String(RawPeer.request("/dedicated", DEFLATE), US_ASCII));
        }
    },
    RESET_AFTER_OPEN(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "");
        }
    },
    RESET_IN_FRAME_HEADER(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "82fe00");
        }
    },
    RESET_IN_PAYLOAD(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "82fe100000000000" + "61".repeat(1000));
        }
    },
    RESET_BETWEEN_FRAGMENTS(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "018300000000616263");
        }
    },
    RESET_IN_CONTROL_FRAME(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "898500000000" + "61");
        }
    },
    /** C07. */
    RESET_AFTER_COMPRESSED_MESSAGE(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/dedicated", COMPRESSED);
        }
    },
    RESET_AFTER_SHARED_COMPRESSED_MESSAGE(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/shared", COMPRESSED);
        }
    },
    /** The first half of a compressed message whose route takes it in pieces: a decompressor is on loan. */
    RESET_IN_COMPRESSED_MESSAGE(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/streaming", "418500000000f248cdc9c9");
        }
    },
    RESET_WHILE_SENT_TO(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/flood", "");
        }
    },
    RESET_WHILE_BLOCKING(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/blocking", "828100000000" + "61");
        }
    },
    RESET_AFTER_CLOSE_FRAME(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "88820000000003e8");
        }
    },
    RESET_AFTER_VIOLATION(true) {
        @Override
        void commit(int port) throws IOException {
            openSendAndReset(port, "/echo", "f18000000000");
        }
    },
    RESET_IN_TLS_HELLO(true) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.connect(port)) {
                peer.send(Arrays.copyOf(HexFormat.of().parseHex("1603010200010001fc0303"), 100));
                peer.reset();
            }
        }
    },
    /** Only the server's handshake timeout ends it. */
    NEVER_ASKS(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.connect(port)) {
                waitForEnd(peer);
            }
        }
    },
    NEVER_FINISHES_ASKING(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.connect(port)) {
                peer.send("GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n".getBytes(US_ASCII));
                waitForEnd(peer);
            }
        }
    },
    /** Half open: nothing comes any more, and only the server's pings find out. */
    SILENT(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.open(port, "/dedicated", DEFLATE)) {
                peer.send(HexFormat.of().parseHex(COMPRESSED));
                waitForEnd(peer);
            }
        }
    },
    /** What is published for it stays where it is, until the policy closes or the server cuts. */
    READS_NOTHING(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.open(port, "/news")) {
                peer.socket().setReceiveBufferSize(1024);
                waitFor(() -> peer.socket().getInputStream().available() > 0);
                pause(3000);
                peer.reset();
            }
        }
    },
    READS_NOTHING_AND_IS_DROPPED_FOR(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.open(port, "/news-drop")) {
                pause(3000);
            }
        }
    },
    NEVER_ANSWERS_CLOSE(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.open(port, "/echo")) {
                peer.send(HexFormat.of().parseHex("f18000000000")); // a violation, so that the server closes
                waitForEnd(peer);
            }
        }
    },
    ONE_BYTE_AT_A_TIME(false) {
        @Override
        void commit(int port) throws IOException {
            try (RawPeer peer = RawPeer.connect(port)) {
                byByte(peer, RawPeer.request("/dedicated", DEFLATE));
                if (!peer.head().startsWith("HTTP/1.1 101 ")) {
                    throw new IOException("refused");
                }
                byByte(peer, HexFormat.of().parseHex(COMPRESSED));
                byByte(peer, HexFormat.of().parseHex("88820000000003e8"));
                waitForEnd(peer);
            }
        }
    };

    static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

    /** "Hello" of RFC 7692 §7.2.3.1, masked with zeros. */
    private static final String COMPRESSED = "c18700000000f248cdc9c90700";

    /** Whether it is over at once. */
    final boolean quick;

    Fault(boolean quick) {
        this.quick = quick;
    }

    /** Connects and goes wrong. */
    abstract void commit(int port) throws IOException;

    private static void sendAndReset(int port, String text) throws IOException {
        try (RawPeer peer = RawPeer.connect(port)) {
            peer.send(text.getBytes(US_ASCII));
            peer.reset();
        }
    }

    private static void openSendAndReset(int port, String path, String hex) throws IOException {
        try (RawPeer peer = RawPeer.open(port, path, DEFLATE)) {
            peer.send(HexFormat.of().parseHex(hex));
            peer.reset();
        }
    }

    private static void byByte(RawPeer peer, byte[] bytes) throws IOException {
        for (byte b : bytes) {
            peer.send(new byte[] {b});
        }
    }

    private static void waitForEnd(RawPeer peer) throws IOException {
        peer.socket().getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void waitFor(Condition condition) throws IOException {
        long end = System.nanoTime() + 5_000_000_000L;
        while (!condition.holds() && System.nanoTime() < end) {
            pause(10);
        }
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException("stopped", e);
        }
    }
}
