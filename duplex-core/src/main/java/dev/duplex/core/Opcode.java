package dev.duplex.core;

/** The opcodes of RFC 6455 §5.2. Plain numbers: the frame loop switches on them and allocates nothing. */
public final class Opcode {
    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    private Opcode() {}

    /** Control frames have the most significant bit of the opcode set (RFC 6455 §5.5). */
    public static boolean isControl(int opcode) {
        return (opcode & 0x8) != 0;
    }

    /** 0x3-0x7 and 0xB-0xF are reserved (RFC 6455 §5.2). */
    public static boolean isReserved(int opcode) {
        return (opcode & 0x7) > 2;
    }
}
