package dev.duplex.server.internal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A file whose content is in memory and does not change. */
public final class MemoryFile implements FileSource.Entry {
    private final byte[] bytes;
    private final String entityTag;

    MemoryFile(byte[] bytes) {
        this.bytes = bytes;
        this.entityTag = "\"" + HexFormat.of().formatHex(Arrays.copyOf(sha256(bytes), 16)) + "\"";
    }

    public byte[] bytes() {
        return bytes;
    }

    /** A tag made of the content. */
    public String entityTag() {
        return entityTag;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
