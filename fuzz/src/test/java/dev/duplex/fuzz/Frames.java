package dev.duplex.fuzz;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Frames taken apart plainly, for short ones. */
public final class Frames {
    private Frames() {}

    /** The payloads of unmasked text frames of less than 126 bytes each; fails on anything else. */
    public static List<String> textsFromServer(ByteBuf bytes) {
        List<String> texts = new ArrayList<>();
        ByteBuf in = bytes.duplicate();
        while (in.isReadable()) {
            int start = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (start != 0x81 || length > 125) {
                throw new AssertionError("expected a short text frame but got " + start + ", " + length);
            }
            texts.add(in.readCharSequence(length, StandardCharsets.UTF_8).toString());
        }
        return texts;
    }
}
