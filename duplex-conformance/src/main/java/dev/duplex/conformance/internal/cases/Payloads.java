package dev.duplex.conformance.internal.cases;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

/** Payloads, the same in every run. */
final class Payloads {
    private static final String WORDS = "The quick brown fox jumps over the lazy dog 0123456789 ";

    private Payloads() {}

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Text of so many bytes, all ASCII. */
    static byte[] text(int bytes) {
        byte[] text = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) WORDS.charAt(i % WORDS.length());
        }
        return text;
    }

    /** Bytes of every value. */
    static byte[] binary(int bytes) {
        byte[] binary = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            binary[i] = (byte) (i * 31 + (i >> 8));
        }
        return binary;
    }

    /** Bytes that no compression shortens. */
    static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new Random(bytes).nextBytes(random);
        return random;
    }

    /** JSON of at least so many bytes, cut there; different for every number. */
    static byte[] json(int number, int bytes) {
        StringBuilder json = new StringBuilder(bytes + 100).append('[');
        for (int i = 0; json.length() < bytes; i++) {
            json.append("{\"id\":")
                    .append(number * 1000 + i)
                    .append(",\"name\":\"item ")
                    .append(Integer.toHexString((number + i) * 40_503))
                    .append("\",\"tags\":[\"a\",\"b\"],\"ok\":")
                    .append(i % 3 == 0)
                    .append("},");
        }
        return utf8(json.substring(0, bytes));
    }

    static byte[] concat(byte[]... parts) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
