package dev.duplex.cli.serve;

import org.jspecify.annotations.Nullable;

/** Cuts what a program writes into messages. One thread at a time. */
interface Decoder {
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
            case lines -> new DelimitedDecoder((byte) '\n', options, new MessageType(options)::of);
            case nul -> new DelimitedDecoder((byte) 0, options, new MessageType(options)::of);
            case chunk -> new ChunkDecoder(options);
            case len32 -> new LengthDecoder(options);
            case ndjson -> {
                int line = encoded(options.maxBytes());
                yield new DelimitedDecoder((byte) '\n', options.withMaxBytes(line), new NdjsonDecoder());
            }
        };
    }

    /** What a line of JSON may have for so many bytes of payload, with some more around. */
    private static int encoded(int maxBytes) {
        return (int) Math.min(1 << 30, 1024 + 3L * maxBytes);
    }
}
