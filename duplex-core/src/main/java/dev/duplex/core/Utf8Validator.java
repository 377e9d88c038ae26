package dev.duplex.core;

import io.netty.buffer.ByteBuf;

/**
 * Validates UTF-8 octet by octet across any split (RFC 6455 §8.1, RFC 3629), failing at the first octet that no valid
 * text can contain at its place.
 */
final class Utf8Validator {
    private static final long HIGH_BITS = 0x8080808080808080L;

    /** Continuation octets still missing from the character being read. */
    private int missing;

    /** Octets already seen of that character. */
    private int seen;

    /** Bounds of the next continuation octet; narrower than 80..BF only after E0, ED, F0 and F4 (RFC 3629 §4). */
    private int lowest = 0x80;

    private int highest = 0xBF;

    /** Whether the octets so far end at the boundary of a character. */
    boolean atBoundary() {
        return missing == 0;
    }

    /** Octets at the end of what was accepted that belong to a character not yet complete: 0 to 3. */
    int incomplete() {
        return seen;
    }

    /** Takes the next octets; false at the first one that makes the text invalid. */
    boolean accept(ByteBuf buffer, int index, int length) {
        int i = index;
        int end = index + length;
        while (i < end) {
            if (missing == 0) {
                // Only at a boundary may whole words be skipped: inside a character an ASCII octet is an error.
                while (i <= end - 8 && (buffer.getLong(i) & HIGH_BITS) == 0) {
                    i += 8;
                }
                if (i == end) {
                    return true;
                }
            }
            if (!accept(buffer.getByte(i++) & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    private boolean accept(int octet) {
        if (missing > 0) {
            if (octet < lowest || octet > highest) {
                return false;
            }
            missing--;
            seen = missing == 0 ? 0 : seen + 1;
            lowest = 0x80;
            highest = 0xBF;
            return true;
        }
        if (octet < 0x80) {
            return true;
        }
        // The leading octets of RFC 3629 §4; C0, C1 (overlong) and F5..FF (beyond U+10FFFF) start nothing.
        if (octet < 0xC2 || octet > 0xF4) {
            return false;
        }
        seen = 1;
        if (octet < 0xE0) {
            missing = 1;
        } else if (octet < 0xF0) {
            missing = 2;
            if (octet == 0xE0) {
                lowest = 0xA0; // below: overlong
            } else if (octet == 0xED) {
                highest = 0x9F; // above: surrogates
            }
        } else {
            missing = 3;
            if (octet == 0xF0) {
                lowest = 0x90; // below: overlong
            } else if (octet == 0xF4) {
                highest = 0x8F; // above: beyond U+10FFFF
            }
        }
        return true;
    }
}
