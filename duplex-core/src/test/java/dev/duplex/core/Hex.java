package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;

/** Bytes as hex, spaces allowed. */
final class Hex {
    private Hex() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    static ByteBuf buffer(String hex) {
        return Unpooled.wrappedBuffer(bytes(hex));
    }

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static String of(ByteBuf bytes) {
        return ByteBufUtil.hexDump(bytes);
    }

    static String of(ByteBuf bytes, int index, int length) {
        return ByteBufUtil.hexDump(bytes, index, length);
    }
}
