package dev.duplex.client.internal;

import java.security.SecureRandom;
import java.util.function.IntSupplier;

/**
 * Masking keys: "derived from a strong source of entropy", unpredictable, each used once (RFC 6455 §5.3 and §10.3). They
 * come from the system's secure random numbers, fetched a few thousand bytes at a time. One event loop's.
 */
final class MaskingKeys implements IntSupplier {
    private static final int BUFFERED_BYTES = 4096;

    private final SecureRandom random = new SecureRandom();
    private final byte[] buffer = new byte[BUFFERED_BYTES];
    private int next = BUFFERED_BYTES;

    @Override
    public int getAsInt() {
        if (next == BUFFERED_BYTES) {
            random.nextBytes(buffer);
            next = 0;
        }
        int key = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            key = (key << Byte.SIZE) | (buffer[next] & 0xFF);
            buffer[next++] = 0; // a key that is out is nowhere else
        }
        return key;
    }

    byte[] nonce() {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        return nonce;
    }
}
