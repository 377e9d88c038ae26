package dev.duplex.cli.connect;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** How messages stand in a stream of bytes, on the way in and on the way out. */
public enum Framing {
    /** One message in each line. */
    lines,
    /** Each message ends with a NUL byte. */
    nul,
    /** Nothing between messages: what one read gives is one. */
    chunk,
    /** Each message after its length, 4 bytes, the most significant first. */
    len32,
    /** One JSON object in each line, with a type. */
    ndjson,
    /** The bytes of one binary message in each line, in hexadecimal. */
    hex,
    /** The bytes of one binary message in each line, in base64. */
    base64;

    /**
     * Reads messages.
     *
     * @param binary whether they are binary where the framing does not decide
     * @param maxBytes the largest message
     */
    public MessageReader reader(InputStream in, boolean binary, int maxBytes) {
        return switch (this) {
            case lines -> new DelimitedReader(in, '\n', "line", maxBytes, bytes -> Outgoing.of(binary, bytes));
            case nul -> new DelimitedReader(in, '\0', "message", maxBytes, bytes -> Outgoing.of(binary, bytes));
            case chunk -> new ChunkReader(in, binary, maxBytes);
            case len32 -> new LengthReader(in, binary, maxBytes);
            case ndjson -> {
                NdjsonMessages messages = new NdjsonMessages(encoded(maxBytes));
                yield new DelimitedReader(in, '\n', "line", encoded(maxBytes), messages::decode);
            }
            case hex -> new DelimitedReader(in, '\n', "line", encoded(maxBytes), Framing::fromHex);
            case base64 -> new DelimitedReader(in, '\n', "line", encoded(maxBytes), Framing::fromBase64);
        };
    }

    /** What a line may have for so many bytes, with some more around. */
    private static int encoded(int maxBytes) {
        return (int) Math.min(Integer.MAX_VALUE - 16, 1024 + 3L * maxBytes);
    }

    private static Outgoing fromHex(byte[] line) throws InputException {
        try {
            return new Outgoing.Binary(HexFormat.of().parseHex(unspaced(line)));
        } catch (IllegalArgumentException e) {
            throw new InputException("is not hexadecimal: expected two digits for each byte, such as 00ff");
        }
    }

    private static Outgoing fromBase64(byte[] line) throws InputException {
        try {
            return new Outgoing.Binary(Base64.getDecoder().decode(unspaced(line)));
        } catch (IllegalArgumentException e) {
            throw new InputException("is not base64 (RFC 4648 §4)");
        }
    }

    private static String unspaced(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
    }
}
