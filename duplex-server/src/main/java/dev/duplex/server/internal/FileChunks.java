package dev.duplex.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** A file read piece by piece, as the client takes it. Fails, and does not wait for more, if the file has become shorter. */
final class FileChunks implements ChunkedInput<ByteBuf> {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final FileChannel file;
    private final long length;
    private final Runnable onChunk;
    private long offset;

    FileChunks(FileChannel file, long length, Runnable onChunk) {
        this.file = file;
        this.length = length;
        this.onChunk = onChunk;
    }

    @Override
    public boolean isEndOfInput() {
        return offset >= length;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    @Deprecated
    public ByteBuf readChunk(ChannelHandlerContext ctx) throws IOException {
        return readChunk(ctx.alloc());
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        ByteBuf chunk = allocator.buffer((int) Math.min(CHUNK_BYTES, length - offset));
        try {
            int read = chunk.writeBytes(file, offset, chunk.capacity());
            if (read <= 0) {
                throw new EOFException("expected " + length + " bytes of a file but it ended after " + offset);
            }
            offset += read;
            onChunk.run();
            return chunk;
        } catch (IOException | RuntimeException e) {
            chunk.release();
            throw e;
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long progress() {
        return offset;
    }
}
