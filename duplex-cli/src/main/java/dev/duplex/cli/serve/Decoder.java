package dev.duplex.cli.serve;

import org.jspecify.annotations.Nullable;

/** Cuts what a program writes into messages. One thread at a time. */
interface Decoder {

    /** Makes a message of the bytes of one. */
    interface Reading {
        ProgramMessage of(byte[] bytes) throws FramingException;
    }

    /** More of it. */
    void add(byte[] bytes, int length);

    /**
     * The next message that is complete, or null.
     *
     * @throws FramingException if what came cannot be a message
     */
    @Nullable
    ProgramMessage next() throws FramingException;

    /**
     * The last message, which nothing ends; null if there is none.
     *
     * @throws FramingException if it is only a part of one
     */
    @Nullable
    ProgramMessage last() throws FramingException;

    static Decoder of(FrameOptions options) {
        return switch (options.frame()) {
            case lines, nul, len32 -> separate(options, new MessageType(options)::of);
            case chunk -> new ChunkDecoder(options);
            case ndjson -> {
                int line = encoded(options.maxBytes());
                yield new DelimitedDecoder((byte) '\n', options.withMaxBytes(line), new NdjsonDecoder());
            }
        };
    }

    /** Of messages of which each names the client that it is for, see {@link AddressReading}. */
    static Decoder addressed(FrameOptions options) {
        return separate(options, new AddressReading(new MessageType(options)));
    }

    private static Decoder separate(FrameOptions options, Reading reading) {
        return switch (options.frame()) {
            case lines -> new DelimitedDecoder((byte) '\n', options, reading);
            case nul -> new DelimitedDecoder((byte) 0, options, reading);
            case len32 -> new LengthDecoder(options.maxBytes(), reading);
            case chunk, ndjson -> throw new IllegalArgumentException("no name stands before " + options.frame());
        };
    }

    /** What a line of JSON may have for so many bytes of payload, with some more around. */
    private static int encoded(int maxBytes) {
        return (int) Math.min(1 << 30, 1024 + 3L * maxBytes);
    }
}
