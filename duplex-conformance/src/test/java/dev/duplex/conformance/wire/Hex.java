package dev.duplex.conformance.wire;

import java.util.HexFormat;

/** Bytes as hex, with spaces where they help. */
final class Hex {
    private Hex() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
