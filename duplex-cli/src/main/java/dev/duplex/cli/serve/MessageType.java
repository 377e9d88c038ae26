package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Makes messages of the bytes between two separators. */
final class MessageType {
    private final FrameOptions.Type type;
    private final FrameOptions.BadUtf8 badUtf8;

    MessageType(FrameOptions options) {
        this.type = options.type();
        this.badUtf8 = options.badUtf8();
    }

    ProgramMessage of(byte[] bytes) throws FramingException {
        if (type == FrameOptions.Type.binary) {
            return new ProgramMessage.Binary(bytes);
        }
        if (type == FrameOptions.Type.text && badUtf8 == FrameOptions.BadUtf8.replace) {
            return new ProgramMessage.Text(new String(bytes, StandardCharsets.UTF_8));
        }
        try {
            return new ProgramMessage.Text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            if (type == FrameOptions.Type.auto || badUtf8 == FrameOptions.BadUtf8.binary) {
                return new ProgramMessage.Binary(bytes);
            }
            throw new FramingException(
                    CloseCode.INVALID_PAYLOAD,
                    "the program has written what is no UTF-8; --bad-utf8 replace or binary sends it all the same, and"
                            + " so does --type binary");
        }
    }

    boolean isText() {
        return type != FrameOptions.Type.binary;
    }

    /** How many bytes at the end are the beginning of a character of a text (RFC 3629 §3). */
    int unfinished(ByteQueue bytes) {
        if (type == FrameOptions.Type.binary) {
            return 0;
        }
        for (int back = 1; back <= Math.min(3, bytes.size()); back++) {
            int b = bytes.get(bytes.size() - back) & 0xFF;
            if (b >= 0xC0) {
                int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > back ? back : 0;
            }
            if (b < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}
