package dev.duplex.conformance.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rules of RFC 6455 that a frame can break without regard to those before it. */
final class FrameFaults {
    private FrameFaults() {}

    static List<String> of(Frame frame) {
        List<String> faults = new ArrayList<>();
        if (frame.reservedBits() != 0) {
            faults.add(FrameText.reservedBits(frame) + " set, which only an extension may define (RFC 6455 §5.2)");
        }
        if (Opcode.isReserved(frame.opcode())) {
            faults.add("reserved opcode (RFC 6455 §5.2)");
        }
        if (frame.declaredLength() < 0) {
            faults.add("most significant bit of the length set (RFC 6455 §5.2)");
        } else if (frame.lengthBytes() != Frame.minimalLengthBytes(frame.declaredLength())) {
            faults.add("length not in its shortest form (RFC 6455 §5.2)");
        }
        if (Opcode.isControl(frame.opcode())) {
            control(frame, faults);
        }
        return faults;
    }

    private static void control(Frame frame, List<String> faults) {
        if (!frame.fin()) {
            faults.add("fragmented control frame (RFC 6455 §5.5)");
        }
        if (frame.declaredLength() < 0 || frame.declaredLength() > 125) {
            faults.add("control frame of more than 125 bytes (RFC 6455 §5.5)");
        }
        if (frame.opcode() == Opcode.CLOSE && frame.payload().length == frame.declaredLength()) {
            closePayload(frame, faults);
        }
    }

    private static void closePayload(Frame frame, List<String> faults) {
        byte[] payload = frame.payload();
        if (payload.length == 1) {
            faults.add("close payload of one byte (RFC 6455 §5.5.1)");
        }
        if (payload.length >= 2) {
            if (!CloseCodes.maySend(frame.closeCode())) {
                faults.add("close code " + frame.closeCode() + " must not be sent (RFC 6455 §7.4)");
            }
            if (!Utf8.isValid(Arrays.copyOfRange(payload, 2, payload.length))) {
                faults.add("close reason is not UTF-8 (RFC 6455 §5.5.1)");
            }
        }
    }
}
