package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Validates UTF-8 across any split (RFC 6455 §8.1, RFC 3629), failing at the first octet that no valid text can contain at
 * its place. Where whole characters are at hand they are taken whole, at the edges and at an error octet by octet.
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
        // A view of the memory itself: its bounds are checked once, and whole words are cheap to read from it.
        ByteBuffer memory = buffer.nioBufferCount() == 1
                ? buffer.internalNioBuffer(index, length)
                : buffer.nioBuffer(index, length);
        int i = memory.position();
        int end = memory.limit();
        while (i < end) {
            // Only at a boundary may anything be skipped: inside a character an ASCII octet is an error.
            if (missing == 0) {
                i = skipCharacters(memory, i, end);
                if (i == end) {
                    return true;
                }
            }
            if (!accept(memory.get(i++) & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    /** Goes over whole valid characters as far as four octets can be read at once; where it stops, nothing is said. */
    private static int skipCharacters(ByteBuffer memory, int start, int end) {
        int i = start;
        while (i <= end - 8) {
            long octets = memory.getLong(i);
            if ((octets & HIGH_BITS) == 0) {
                i += 8;
                continue;
            }
            // RFC 3629 §3: the four forms of a character, and what their bits say.
            int word = (int) (octets >>> 32);
            if (word >= 0) {
                i += Long.numberOfLeadingZeros(octets & HIGH_BITS) >>> 3;
            } else if ((word & 0xF0C0C000) == 0xE0808000) {
                if (!isThreeOctetCharacter(word)) {
                    return i;
                }
                i += 3;
                int next = (int) (octets >>> 8);
                if ((next & 0xF0C0C000) == 0xE0808000) {
                    if (!isThreeOctetCharacter(next)) {
                        return i;
                    }
                    i += 3;
                }
            } else if ((word & 0xE0C00000) == 0xC0800000) {
                if ((word & 0x1E000000) == 0) {
                    return i; // overlong
                }
                i += 2;
            } else if ((word & 0xF8C0C0C0) == 0xF0808080) {
                int plane = (word >>> 22 & 0x1C) | (word >>> 20 & 0x03);
                if (plane < 0x01 || plane > 0x10) {
                    return i; // overlong, or beyond U+10FFFF
                }
                i += 4;
            } else {
                return i;
            }
        }
        return i;
    }

    /** Neither overlong nor a surrogate. */
    private static boolean isThreeOctetCharacter(int word) {
        int codePoint = (word >>> 12 & 0xF000) | (word >>> 10 & 0xFC0) | (word >>> 8 & 0x3F);
        return codePoint >= 0x800 && codePoint >>> 11 != 0xD800 >>> 11;
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
