package dev.duplex.conformance.wire;

/** Writes frames as they are, wrong ones too. */
public final class FrameWriter {
    private FrameWriter() {}

    /** Header and payload, masked if the frame is: its own payload, whatever length the header states. */
    public static byte[] bytes(Frame frame) {
        int headerBytes = frame.headerBytes();
        byte[] payload = frame.payload();
        byte[] bytes = new byte[headerBytes + payload.length];
        bytes[0] = (byte) ((frame.fin() ? 0x80 : 0) | frame.reservedBits() << 4 | frame.opcode());
        long shortLength = frame.lengthBytes() == 8 ? 127 : frame.lengthBytes() == 2 ? 126 : frame.declaredLength();
        bytes[1] = (byte) ((frame.masked() ? 0x80 : 0) | shortLength);
        number(frame.declaredLength(), bytes, 2, frame.lengthBytes());
        if (frame.masked()) {
            number(frame.maskingKey(), bytes, 2 + frame.lengthBytes(), 4);
        }
        System.arraycopy(payload, 0, bytes, headerBytes, payload.length);
        if (frame.masked()) {
            Masking.apply(bytes, headerBytes, payload.length, frame.maskingKey(), 0);
        }
        return bytes;
    }

    private static void number(long number, byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            bytes[offset + i] = (byte) (number >> (8 * (length - 1 - i)));
        }
    }
}
