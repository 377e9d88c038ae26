package dev.duplex.examples;

import java.nio.charset.StandardCharsets;

/** What Chromium 156 sends, captured from it byte by byte; only the port is filled in. */
final class BrowserRequests {
    private static final String FETCH = """
            GET /news HTTP/1.1
            Host: 127.0.0.1:%1$d
            Connection: keep-alive
            sec-ch-ua-platform: "Linux"
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36
            sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
            sec-ch-ua-mobile: ?0
            Accept: */*
            Sec-Fetch-Site: same-origin
            Sec-Fetch-Mode: cors
            Sec-Fetch-Dest: empty
            Referer: http://127.0.0.1:%1$d/
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-US,en;q=0.9

            """;

    private static final String HANDSHAKE = """
            GET %2$s HTTP/1.1
            Host: 127.0.0.1:%1$d
            Connection: Upgrade
            Pragma: no-cache
            Cache-Control: no-cache
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36
            Upgrade: websocket
            Origin: http://127.0.0.1:%1$d
            Sec-WebSocket-Version: 13
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-US,en;q=0.9
            Sec-WebSocket-Key: CDoqdBwrnAkg+54qewiWSw==
            Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits

            """;

    /** {@code socket.send("Hello")}: a text frame with the masking key that Chromium chose. */
    static final byte[] HELLO = {
        (byte) 0x81, (byte) 0x85, 0x14, 0x7b, (byte) 0x9d, (byte) 0xb9, 0x5c, 0x1e, (byte) 0xf1, (byte) 0xd5, 0x7b
    };

    private BrowserRequests() {}

    /** {@code fetch("/news")} on a connection that is open already. */
    static byte[] fetch(int port) {
        return bytes(String.format(FETCH, port));
    }

    /** {@code new WebSocket(url)}. */
    static byte[] handshake(int port, String path) {
        return bytes(String.format(HANDSHAKE, port, path));
    }

    private static byte[] bytes(String head) {
        return head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
