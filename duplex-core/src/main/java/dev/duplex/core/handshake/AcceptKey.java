package dev.duplex.core.handshake;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The proof that a server understood the handshake: {@code Sec-WebSocket-Accept} (RFC 6455 §4.2.2, item 5.4). */
public final class AcceptKey {
    // RFC 6455 §1.3: a GUID unlikely to be used by endpoints that do not understand the WebSocket protocol.
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private AcceptKey() {}

    /**
     * The accept value that belongs to a key: base64 of the SHA-1 of the key and the protocol's GUID.
     *
     * @param key the value of {@code Sec-WebSocket-Key} as the request has it, still in base64
     */
    public static String of(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }
}
