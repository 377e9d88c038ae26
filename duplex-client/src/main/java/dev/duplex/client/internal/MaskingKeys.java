package dev.duplex.client.internal;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.IntSupplier;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Masking keys: "derived from a strong source of entropy", unpredictable, each used once (RFC 6455 §5.3 and §10.3). One
 * event loop's.
 *
 * <p>The first are the system's secure random numbers. Who sends more than those gets the key stream of AES in counter
 * mode, at a twentieth of the cost, under a key from the system; each batch begins with the key of the next and is wiped as
 * it is used ("fast key erasure"), so that nothing in memory tells the keys that are out.
 */
final class MaskingKeys implements IntSupplier {
    private static final int BUFFERED_BYTES = 4096;
    private static final int AES_KEY_BYTES = 32;
    private static final int AES_BLOCK_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final byte[] buffer = new byte[BUFFERED_BYTES];
    private int next = BUFFERED_BYTES;
    private boolean begun;
    private @Nullable Cipher cipher;

    @Override
    public int getAsInt() {
        if (next == BUFFERED_BYTES) {
            refill();
        }
        int key = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            key = (key << Byte.SIZE) | (buffer[next] & 0xFF);
            buffer[next++] = 0; // a key that is out is nowhere else
        }
        return key;
    }

    private void refill() {
        if (!begun) {
            begun = true; // enough for most, and javax.crypto takes its time to load
            random.nextBytes(buffer);
            next = 0;
            return;
        }
        byte[] aesKey = new byte[AES_KEY_BYTES];
        try {
            Cipher stream = cipher;
            if (stream == null) {
                stream = Cipher.getInstance("AES/CTR/NoPadding");
                cipher = stream;
                random.nextBytes(aesKey);
            } else {
                System.arraycopy(buffer, 0, aesKey, 0, AES_KEY_BYTES);
                Arrays.fill(buffer, 0, AES_KEY_BYTES, (byte) 0);
            }
            // The counter begins with 0 each time: each key is used for one batch.
            stream.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(aesKey, "AES"),
                    new IvParameterSpec(new byte[AES_BLOCK_BYTES]));
            stream.update(buffer, 0, BUFFERED_BYTES, buffer, 0); // of zeros
            next = AES_KEY_BYTES;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES in counter mode is in every JDK", e);
        } finally {
            Arrays.fill(aesKey, (byte) 0);
        }
    }

    byte[] nonce() {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        return nonce;
    }
}
