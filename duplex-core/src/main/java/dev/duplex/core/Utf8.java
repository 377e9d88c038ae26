package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Encodes Java strings, which may hold lone surrogates, as UTF-8, which may not: each becomes U+FFFD, as WHATWG's
 * conversion to a USVString has it.
 */
final class Utf8 {
    private static final int LONE_SURROGATE = -1;

    private Utf8() {}

    /** Bytes that {@link #write} will append. */
    static int length(CharSequence text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                length++;
            } else if (c < 0x800) {
                length += 2;
            } else if (isPairAt(text, i)) {
                length += 4;
                i++;
            } else {
                length += 3; // the rest of the plane, and U+FFFD for a lone surrogate
            }
        }
        return length;
    }

    /** Appends the text; {@code length} is what {@link #length} said. */
    static void write(CharSequence text, int length, ByteBuf out) {
        if (length == text.length() || !hasLoneSurrogate(text)) {
            ByteBufUtil.reserveAndWriteUtf8(out, text, length);
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            int point = codePointOrLone(text, i);
            if (point == LONE_SURROGATE) {
                out.writeMedium(0xEFBFBD); // U+FFFD
            } else {
                if (point > 0xFFFF) {
                    i++;
                }
                ByteBufUtil.writeUtf8(out, Character.toString(point));
            }
        }
    }

    private static boolean hasLoneSurrogate(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!isPairAt(text, i)) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static int codePointOrLone(CharSequence text, int i) {
        char c = text.charAt(i);
        if (isPairAt(text, i)) {
            return Character.toCodePoint(c, text.charAt(i + 1));
        }
        return Character.isSurrogate(c) ? LONE_SURROGATE : c;
    }

    private static boolean isPairAt(CharSequence text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }
}
