package dev.duplex.server.internal;

import dev.duplex.server.BadRequestException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding of RFC 3986 §2.1, whose bytes are UTF-8. */
public final class PercentEncoding {
    private PercentEncoding() {}

    /**
     * Decodes the percent signs of one segment of a path.
     *
     * @throws BadRequestException if a percent sign is not followed by two hex digits, or the bytes are not UTF-8
     */
    public static String decode(String text) {
        return text.indexOf('%') < 0 ? text : decode(text, false);
    }

    /**
     * Decodes a name or a value of a query, in which a plus sign stands for a space
     * (application/x-www-form-urlencoded, URL Standard §5.1).
     *
     * @throws BadRequestException as {@link #decode(String)} does
     */
    public static String decodeForm(String text) {
        return text.indexOf('%') < 0 && text.indexOf('+') < 0 ? text : decode(text, true);
    }

    private static String decode(String text, boolean plusIsSpace) {
        StringBuilder decoded = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '%') {
                int end = endOfEscapes(text, i);
                decoded.append(utf8(text, i, end));
                i = end;
            } else {
                decoded.append(c == '+' && plusIsSpace ? ' ' : c);
                i++;
            }
        }
        return decoded.toString();
    }

    private static int endOfEscapes(String text, int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) == '%') {
            if (end + 2 >= text.length() || hex(text.charAt(end + 1)) < 0 || hex(text.charAt(end + 2)) < 0) {
                throw new BadRequestException("expected two hex digits after the percent sign at index " + end + " of "
                        + Text.quote(text) + " (RFC 3986 §2.1)");
            }
            end += 3;
        }
        return end;
    }

    private static CharSequence utf8(String text, int start, int end) {
        byte[] bytes = new byte[(end - start) / 3];
        for (int i = 0; i < bytes.length; i++) {
            int at = start + 3 * i;
            bytes[i] = (byte) (hex(text.charAt(at + 1)) << 4 | hex(text.charAt(at + 2)));
        }
        try {
            // A new decoder reports what is malformed; String's constructor would replace it.
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new BadRequestException("expected UTF-8 in the percent-encoded bytes at index " + start + " of "
                    + Text.quote(text) + " (RFC 3986 §2.5)");
        }
    }

    private static int hex(char c) {
        // Character.digit knows the digits of many scripts; an escape is of US-ASCII.
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
