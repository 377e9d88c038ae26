package dev.duplex.core.deflate;

/** Something that holds zlib's native memory until it is closed. */
sealed interface ZlibStream extends AutoCloseable permits Compressor, Decompressor {
    /** Frees the memory. Idempotent; after it, nothing else may be called. */
    @Override
    void close();
}
