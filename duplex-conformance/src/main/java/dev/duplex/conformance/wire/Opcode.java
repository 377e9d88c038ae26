package dev.duplex.conformance.wire;

import java.util.Locale;

/** The opcodes of RFC 6455 §5.2. */
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

    /** 3 to 7 and B to F are reserved (RFC 6455 §5.2). */
    public static boolean isReserved(int opcode) {
        return (opcode & 0x7) > 2;
    }

    /** The name in lower case, such as {@code ping}; {@code opcode 3} for a reserved one. */
    public static String name(int opcode) {
        return switch (opcode) {
            case CONTINUATION -> "continuation";
            case TEXT -> "text";
            case BINARY -> "binary";
            case CLOSE -> "close";
            case PING -> "ping";
            case PONG -> "pong";
            default -> "opcode " + Integer.toHexString(opcode).toUpperCase(Locale.ROOT);
        };
    }
}
