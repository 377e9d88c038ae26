package dev.duplex.socketio.internal;

import java.security.SecureRandom;
import java.util.Base64;

/** Ids of 120 random bits: 20 characters of letters, digits, {@code _} and {@code -}. */
public final class SessionIds {
    private static final int BYTES = 15;

    private final SecureRandom random = new SecureRandom();

    public SessionIds() {}

    public String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
