package dev.duplex.core;

import io.netty.buffer.ByteBuf;

/**
 * Reads frame headers (RFC 6455 §5.2), whole or in any pieces. It tells what stands there and enforces no rule. One
 * instance is reused for every frame of a connection.
 */
final class FrameHeader {
    private static final int MASK_BIT = 0x80;

    boolean fin;

    /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
    int reservedBits;

    int opcode;
    boolean masked;
    int maskingKey;

    /** The extended length's own bytes: 0, 2 or 8. */
    int lengthBytes;

    /** As an unsigned 64-bit number; negative if the most significant bit is set. */
    long payloadLength;

    /** A header cut by the end of a read: its bytes so far, the first one in the most significant place of the two. */
    private long spillHigh;

    private long spillLow;
    private int spilled;

    /** Whether a part of a header has been taken. */
    boolean isCut() {
        return spilled > 0;
    }

    /** Takes the header from the reader index; false if it is not complete yet, its bytes then having been taken. */
    boolean read(ByteBuf in) {
        if (spilled > 0) {
            return readSpilled(in);
        }
        int index = in.readerIndex();
        int readable = in.readableBytes();
        if (readable >= 2) {
            int start = in.getShort(index);
            int size = size(start);
            if (readable >= size) {
                parse(start, in, index + 2);
                in.readerIndex(index + size);
                return true;
            }
        }
        return readSpilled(in);
    }

    private boolean readSpilled(ByteBuf in) {
        while (in.isReadable()) {
            long octet = in.readByte() & 0xFF;
            if (spilled < 8) {
                spillHigh |= octet << (56 - 8 * spilled);
            } else {
                spillLow |= octet << (120 - 8 * spilled);
            }
            spilled++;
            if (spilled >= 2 && spilled == size((int) (spillHigh >>> 48))) {
                parseSpilled();
                spilled = 0;
                spillHigh = 0;
                spillLow = 0;
                return true;
            }
        }
        return false;
    }

    private static int size(int start) {
        int size = (start & MASK_BIT) != 0 ? 6 : 2;
        int length = start & 0x7F;
        return length < 126 ? size : length == 126 ? size + 2 : size + 8;
    }

    private void parse(int start, ByteBuf in, int index) {
        start(start);
        int length = start & 0x7F;
        if (length < 126) {
            lengthBytes = 0;
            payloadLength = length;
        } else if (length == 126) {
            lengthBytes = 2;
            payloadLength = in.getUnsignedShort(index);
        } else {
            lengthBytes = 8;
            payloadLength = in.getLong(index);
        }
        maskingKey = masked ? in.getInt(index + lengthBytes) : 0;
    }

    private void parseSpilled() {
        int start = (int) (spillHigh >>> 48);
        start(start);
        int length = start & 0x7F;
        if (length < 126) {
            lengthBytes = 0;
            payloadLength = length;
            maskingKey = (int) (spillHigh >>> 16);
        } else if (length == 126) {
            lengthBytes = 2;
            payloadLength = spillHigh >>> 32 & 0xFFFF;
            maskingKey = (int) spillHigh;
        } else {
            lengthBytes = 8;
            payloadLength = spillHigh << 16 | spillLow >>> 48;
            maskingKey = (int) (spillLow >>> 16);
        }
        if (!masked) {
            maskingKey = 0;
        }
    }

    /** The first two bytes of a frame without reserved bits and with a length of 0. */
    static int start(boolean fin, int opcode, boolean masked) {
        return (fin ? 0x8000 : 0) | (opcode << 8) | (masked ? MASK_BIT : 0);
    }

    private void start(int start) {
        fin = (start & 0x8000) != 0;
        reservedBits = start >>> 12 & 0x7;
        opcode = start >>> 8 & 0xF;
        masked = (start & MASK_BIT) != 0;
    }
}
