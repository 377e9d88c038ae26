package dev.duplex.core.deflate;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.Deflater;

/** Bytes for the tests of this package. */
final class Bytes {
    private Bytes() {}

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ByteBuf buffer() {
        return ByteBufAllocator.DEFAULT.directBuffer();
    }

    static ByteBuf buffer(byte[] bytes) {
        return ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    /** The readable bytes; releases the buffer. */
    static byte[] take(ByteBuf buffer) {
        try {
            return ByteBufUtil.getBytes(buffer);
        } finally {
            buffer.release();
        }
    }

    /** Text that repeats itself over short and long distances, as JSON events do. */
    static byte[] json(Random random, int length) {
        StringBuilder text = new StringBuilder("[");
        while (text.length() < length) {
            text.append("{\"id\":").append(random.nextInt(100_000));
            text.append(",\"user\":\"user").append(random.nextInt(500));
            text.append("\",\"type\":\"message\",\"text\":\"").append(Long.toString(random.nextLong(), 36));
            text.append("\"},");
        }
        return utf8(text.substring(0, length));
    }

    static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** So many zero bytes, compressed as a message. */
    static byte[] bomb(long inflatedBytes) {
        Deflater deflater = new Deflater(9, true);
        ByteBuf out = buffer();
        byte[] zeros = new byte[64 * 1024];
        byte[] piece = new byte[64 * 1024];
        for (long left = inflatedBytes; left > 0; left -= zeros.length) {
            deflater.setInput(zeros, 0, (int) Math.min(zeros.length, left));
            int flush = left <= zeros.length ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH;
            int written;
            do {
                written = deflater.deflate(piece, 0, piece.length, flush);
                out.writeBytes(piece, 0, written);
            } while (written == piece.length);
        }
        deflater.end();
        out.writerIndex(out.writerIndex() - 4);
        return take(out);
    }
}
