package dev.duplex.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Immutable raw data of a known size: in memory, in a file, or from a stream that is opened when it is needed. Sent, a
 * file or a stream is read as the network takes it and never held as a whole. Any thread may use it.
 */
public final class Blob {
    /** Opens a stream with the data from its beginning. */
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    private final long size;
    private final byte @Nullable [] memory;
    private final Source source;

    private Blob(long size, byte @Nullable [] memory, Source source) {
        this.size = size;
        this.memory = memory;
        this.source = source;
    }

    /** A copy of these bytes. */
    public static Blob of(byte[] bytes) {
        return owning(bytes.clone());
    }

    /** The UTF-8 of a text. */
    public static Blob of(String text) {
        return owning(text.getBytes(StandardCharsets.UTF_8));
    }

    static Blob owning(byte[] bytes) {
        return new Blob(bytes.length, bytes, () -> new ByteArrayInputStream(bytes));
    }

    /**
     * A file, of the size that it has now. If it is shorter when it is sent, the connection fails, since the length was
     * promised; what it has grown by is left out.
     *
     * @throws IOException if there is no such file that can be read
     */
    public static Blob of(Path file) throws IOException {
        long size = Files.size(file);
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new IOException("expected a file that can be read, but " + file + " is none");
        }
        return new Blob(size, null, () -> Files.newInputStream(file));
    }

    /**
     * Data from a stream.
     *
     * @param size how many bytes the stream has, at least
     * @param source opens the stream, each time anew; called on a thread that may block
     */
    public static Blob of(long size, Source source) {
        if (size < 0) {
            throw new IllegalArgumentException("the size must not be negative but was " + size);
        }
        return new Blob(size, null, Objects.requireNonNull(source, "source"));
    }

    /** How many bytes it has. */
    public long size() {
        return size;
    }

    /** A stream of the data, from the beginning; to be closed by the caller. */
    public InputStream stream() throws IOException {
        return source.open();
    }

    /**
     * All the data, a copy.
     *
     * @throws IOException if it cannot be read, or ends early
     * @throws OutOfMemoryError if it does not fit
     */
    public byte[] bytes() throws IOException {
        byte[] inMemory = memory;
        if (inMemory != null) {
            return inMemory.clone();
        }
        try (InputStream in = stream()) {
            byte[] bytes = in.readNBytes(Math.toIntExact(size));
            if (bytes.length < size) {
                throw new IOException("the Blob ended after " + bytes.length + " of " + size + " bytes");
            }
            return bytes;
        }
    }

    /** All the data as UTF-8; what is none becomes U+FFFD. */
    public String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    boolean isInMemory() {
        return memory != null;
    }

    /** The array itself of a Blob in memory. */
    byte[] inMemory() {
        return Objects.requireNonNull(memory, "not in memory");
    }
}
