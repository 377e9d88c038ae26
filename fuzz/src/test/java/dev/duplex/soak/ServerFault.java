package dev.duplex.soak;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.duplex.fuzz.RawPeer;
import java.io.IOException;
import java.net.Socket;
import java.util.HexFormat;

/** A server of our client that goes wrong at one point, once it has accepted the TCP connection. */
enum ServerFault {
    RESETS_AT_ONCE {
        @Override
        void commit(Socket socket) throws IOException {
            reset(socket);
        }
    },
    RESETS_IN_ITS_ANSWER {
        @Override
        void commit(Socket socket) throws IOException {
            socket.getOutputStream().write("HTTP/1.1 101 Switch".getBytes(US_ASCII));
            reset(socket);
        }
    },
    ANSWERS_NONSENSE {
        @Override
        void commit(Socket socket) throws IOException {
            socket.getOutputStream().write("220 mail.example.com ESMTP\r\n".getBytes(US_ASCII));
            socket.close();
        }
    },
    REFUSES {
        @Override
        void commit(Socket socket) throws IOException {
            socket.getOutputStream().write("HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nno\n".getBytes(US_ASCII));
            socket.close();
        }
    },
    RESETS_AFTER_OPENING {
        @Override
        void commit(Socket socket) throws IOException {
            RawPeer.accept(socket).reset();
        }
    },
    RESETS_IN_A_FRAME {
        @Override
        void commit(Socket socket) throws IOException {
            openSendAndReset(socket, "827e1000" + "61".repeat(1000));
        }
    },
    RESETS_BETWEEN_FRAGMENTS {
        @Override
        void commit(Socket socket) throws IOException {
            openSendAndReset(socket, "0103616263");
        }
    },
    RESETS_AFTER_ITS_CLOSE_FRAME {
        @Override
        void commit(Socket socket) throws IOException {
            openSendAndReset(socket, "880203e8");
        }
    },
    BREAKS_A_RULE {
        @Override
        void commit(Socket socket) throws IOException {
            try (RawPeer peer = RawPeer.accept(socket)) {
                peer.send(HexFormat.of().parseHex("818000000000"));
                socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            }
        }
    };

    abstract void commit(Socket socket) throws IOException;

    private static void openSendAndReset(Socket socket, String hex) throws IOException {
        try (RawPeer peer = RawPeer.accept(socket)) {
            peer.send(HexFormat.of().parseHex(hex));
            peer.reset();
        }
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
