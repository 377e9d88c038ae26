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
    static byte[] bomb(int inflatedBytes) {
        ByteBuf out = buffer();
        writeZeros(inflatedBytes, out);
        out.writerIndex(out.writerIndex() - 4);
        return take(out);
    }

    /** So many MiB of zero bytes, compressed as a message of a little more than one KiB per MiB. */
    static byte[] bigBomb(int mebibytes) {
        ByteBuf one = buffer();
        writeZeros(1024 * 1024, one);
        ByteBuf out = buffer();
        for (int i = 0; i < mebibytes; i++) {
            out.writeBytes(one, one.readerIndex(), one.readableBytes());
        }
        one.release();
        out.writerIndex(out.writerIndex() - 4);
        return take(out);
    }

    private static void writeZeros(int count, ByteBuf out) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[count]);
        byte[] piece = new byte[64 * 1024];
        int written;
        do {
            written = deflater.deflate(piece, 0, piece.length, Deflater.FULL_FLUSH);
            out.writeBytes(piece, 0, written);
        } while (written == piece.length);
        deflater.end();
    }
}
