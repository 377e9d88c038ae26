package dev.duplex.conformance.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Shows frames to people, one line each, ASCII but for the text of the payload itself. */
public final class FrameText {
    private static final int SHOWN_CHARACTERS = 60;
    private static final int SHOWN_BYTES = 32;
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");
    private static final HexFormat PLAIN = HexFormat.of();

    private FrameText() {}

    /** What the frame is: {@code text, more follow, RSV1, masked 37fa213d, 5 bytes, "Hello"}. */
    public static String describe(Frame frame) {
        List<String> parts = new ArrayList<>();
        parts.add(Opcode.name(frame.opcode()));
        if (!frame.fin()) {
            parts.add("more follow");
        }
        if (frame.reservedBits() != 0) {
            parts.add(reservedBits(frame));
        }
        if (frame.masked()) {
            parts.add("masked " + PLAIN.toHexDigits(frame.maskingKey()));
        }
        parts.add(length(frame));
        String payload = payload(frame);
        if (!payload.isEmpty()) {
            parts.add(payload);
        }
        return String.join(", ", parts);
    }

    /** The bytes on the wire, header and key apart: {@code 81 85 | 37 fa 21 3d | 7f 9f 4d 51 58}; long ones are cut. */
    public static String hex(Frame frame) {
        return hex(frame, SHOWN_BYTES);
    }

    /** The bytes on the wire, with at most so many of the payload. */
    public static String hex(Frame frame, int payloadBytes) {
        int shown = Math.min(payloadBytes, frame.payload().length);
        byte[] bytes = FrameWriter.bytes(new Frame(
                frame.fin(),
                frame.reservedBits(),
                frame.opcode(),
                frame.masked(),
                frame.maskingKey(),
                frame.lengthBytes(),
                frame.declaredLength(),
                Arrays.copyOf(frame.payload(), shown)));
        int header = 2 + frame.lengthBytes();
        StringBuilder line = new StringBuilder(SPACED.formatHex(bytes, 0, header));
        if (frame.masked()) {
            line.append(" | ").append(SPACED.formatHex(bytes, header, header + 4));
        }
        if (shown > 0) {
            line.append(" | ").append(SPACED.formatHex(bytes, frame.headerBytes(), bytes.length));
        }
        int rest = frame.payload().length - shown;
        return rest == 0 ? line.toString() : line + " ... " + rest + " more";
    }

    /** Both: {@code text, 5 bytes, "Hello"   81 05 | 48 65 6c 6c 6f}. */
    public static String line(Frame frame) {
        return describe(frame) + "   " + hex(frame);
    }

    /** Bytes that are no frame, such as a cut one: hex, the first of them. */
    public static String hex(byte[] bytes) {
        int shown = Math.min(bytes.length, SHOWN_BYTES);
        String hex = SPACED.formatHex(bytes, 0, shown);
        return shown == bytes.length ? hex : hex + " ... " + (bytes.length - shown) + " more";
    }

    /** Text in quotation marks on one line, cut after a few words. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int shown = Math.min(text.length(), SHOWN_CHARACTERS);
        if (shown < text.length() && Character.isHighSurrogate(text.charAt(shown - 1))) {
            shown--;
        }
        for (int i = 0; i < shown; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '"', '\\' -> quoted.append('\\').append(c);
                default -> {
                    // Control characters, and those that turn a terminal's line around.
                    if (Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || c == '\u2028'
                            || c == '\u2029') {
                        quoted.append("\\u").append(PLAIN.toHexDigits(c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append(shown < text.length() ? "...\"" : "\"").toString();
    }

    static String reservedBits(Frame frame) {
        List<String> bits = new ArrayList<>();
        if ((frame.reservedBits() & Frame.RSV1) != 0) {
            bits.add("RSV1");
        }
        if ((frame.reservedBits() & Frame.RSV2) != 0) {
            bits.add("RSV2");
        }
        if ((frame.reservedBits() & Frame.RSV3) != 0) {
            bits.add("RSV3");
        }
        return String.join("+", bits);
    }

    private static String length(Frame frame) {
        int came = frame.payload().length;
        String declared = Long.toUnsignedString(frame.declaredLength());
        String form = frame.lengthBytes() == Frame.minimalLengthBytes(frame.declaredLength())
                ? ""
                : " (length written with " + frame.lengthBytes() + " more bytes)";
        if (frame.declaredLength() == came) {
            return came == 1 ? "1 byte" + form : came + " bytes" + form;
        }
        return came + " of " + declared + " bytes" + form;
    }

    private static String payload(Frame frame) {
        byte[] payload = frame.payload();
        if (frame.opcode() == Opcode.CLOSE && payload.length >= 2) {
            String meaning = CloseCodes.meaning(frame.closeCode());
            return frame.closeCode()
                    + (meaning.isEmpty() ? "" : " (" + meaning + ")")
                    + (payload.length > 2 ? " " + quote(frame.closeReason()) : "");
        }
        // With RSV1 it is compressed, and binary data says little as text.
        if (payload.length == 0 || frame.opcode() == Opcode.BINARY || frame.reservedBits() != 0) {
            return "";
        }
        byte[] start = payload.length <= 4 * SHOWN_CHARACTERS ? payload : Arrays.copyOf(payload, 4 * SHOWN_CHARACTERS);
        if (start == payload && !Utf8.isValid(payload)) {
            return "not UTF-8";
        }
        return quote(new String(start, StandardCharsets.UTF_8) + (start == payload ? "" : "..."));
    }
}
