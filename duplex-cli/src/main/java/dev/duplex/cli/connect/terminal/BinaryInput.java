package dev.duplex.cli.connect.terminal;

import java.util.Base64;
import java.util.HexFormat;

/** Bytes as they are typed. */
final class BinaryInput {
    private BinaryInput() {}

    /**
     * Bytes of hex, with or without spaces between them, or else of Base64. What can be both is hex.
     *
     * @throws IllegalArgumentException if it is neither; the message says what was expected
     */
    static byte[] parse(String typed) {
        String dense = typed.replaceAll("[\\s:,]+", "");
        if (dense.matches("(?i)(0x)?([0-9a-f]{2})+")) {
            return HexFormat.of()
                    .parseHex(dense.toLowerCase(java.util.Locale.ROOT).replaceFirst("^0x", ""));
        }
        try {
            if (!dense.isEmpty()) {
                return Base64.getDecoder().decode(dense.replace('-', '+').replace('_', '/'));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "expected bytes in hex such as 00ff10, in Base64 such as AP8Q, or @FILE; but got '" + typed + "'");
    }
}
