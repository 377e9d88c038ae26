package dev.duplex.socketio.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Engine.IO 3, for clients of Socket.IO 2. Frames have the type in front, of binary ones as a byte. Payloads have the
 * length in front of each packet: in text as {@code length:}, counted in UTF-16 units, and where binary is allowed as a
 * byte for the kind, the digits of the length as bytes, 0xFF.
 */
final class EngineCodecV3 implements EngineCodec {
    static final EngineCodecV3 INSTANCE = new EngineCodecV3();

    /** More digits than any length that fits into a body. */
    private static final int MAX_DIGITS = 9;

    private static final int END_OF_LENGTH = 0xFF;

    private EngineCodecV3() {}

    @Override
    public int revision() {
        return 3;
    }

    @Override
    public @Nullable Packet decodeText(String frame) {
        if (frame.isEmpty()) {
            return null;
        }
        if (frame.charAt(0) == 'b') {
            PacketType type = frame.length() < 2 ? null : PacketType.of(frame.charAt(1));
            byte[] bytes = type == PacketType.MESSAGE ? EngineCodecV4.base64(frame.substring(2)) : null;
            return bytes == null ? null : Packet.message(bytes, true);
        }
        PacketType type = PacketType.of(frame.charAt(0));
        return type == null ? null : Packet.of(type, frame.substring(1));
    }

    @Override
    public @Nullable Packet decodeBinary(byte[] frame) {
        if (frame.length == 0 || frame[0] != PacketType.MESSAGE.ordinal()) {
            return null;
        }
        byte[] data = new byte[frame.length - 1];
        System.arraycopy(frame, 1, data, 0, data.length);
        return Packet.message(data, true);
    }

    @Override
    public byte[] encodeBinary(Packet packet) {
        byte[] data = packet.binary();
        byte[] frame = new byte[data.length + 1];
        frame[0] = (byte) packet.type().ordinal();
        System.arraycopy(data, 0, frame, 1, data.length);
        return frame;
    }

    // ------------------------------------------------------------------------------------------------------- payloads

    @Override
    public void decodePayload(byte[] body, boolean binary, PacketSink each) {
        if (binary) {
            decodeBytes(body, each);
        } else {
            decodeCharacters(new String(body, StandardCharsets.UTF_8), each);
        }
    }

    private void decodeCharacters(String body, PacketSink each) {
        if (body.isEmpty()) {
            each.take(null);
            return;
        }
        int index = 0;
        while (index < body.length()) {
            int colon = body.indexOf(':', index);
            int length = colon < 0 || colon - index > MAX_DIGITS ? -1 : length(body, index, colon);
            if (length < 0 || length > body.length() - colon - 1) {
                each.take(null);
                return;
            }
            index = colon + 1 + length;
            if (length > 0) {
                Packet packet = decodeText(body.substring(colon + 1, index));
                if (!each.take(packet) || packet == null) {
                    return;
                }
            }
        }
    }

    private static int length(String digits, int from, int to) {
        int length = from == to ? -1 : 0;
        for (int i = from; i < to; i++) {
            char digit = digits.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            length = length * 10 + digit - '0';
        }
        return length;
    }

    private void decodeBytes(byte[] body, PacketSink each) {
        int index = 0;
        while (index < body.length) {
            int kind = body[index++];
            int length = 0;
            int digits = 0;
            while (index < body.length && (body[index] & 0xFF) != END_OF_LENGTH && digits <= MAX_DIGITS) {
                int digit = body[index++];
                length = digit < 0 || digit > 9 || digits == MAX_DIGITS ? -1 : length * 10 + digit;
                digits = length < 0 ? MAX_DIGITS + 1 : digits + 1;
            }
            boolean ended = index < body.length && (body[index] & 0xFF) == END_OF_LENGTH;
            index++;
            if (kind < 0 || kind > 1 || digits == 0 || digits > MAX_DIGITS || !ended || length > body.length - index) {
                each.take(null);
                return;
            }
            byte[] part = new byte[length];
            System.arraycopy(body, index, part, 0, length);
            index += length;
            Packet packet = kind == 0 ? decodeText(new String(part, StandardCharsets.UTF_8)) : decodeBinary(part);
            if (!each.take(packet) || packet == null) {
                return;
            }
        }
    }

    @Override
    public Payload encodePayload(List<Packet> packets, boolean supportsBinary) {
        if (supportsBinary && packets.stream().anyMatch(Packet::isBinary)) {
            return new Payload(true, encodeBytes(packets));
        }
        if (packets.isEmpty()) {
            return new Payload(false, new byte[] {'0', ':'});
        }
        StringBuilder text = new StringBuilder();
        for (Packet packet : packets) {
            String part = packet.isBinary()
                    ? "b" + packet.type().digit() + new String(packet.base64(), StandardCharsets.US_ASCII)
                    : packet.type().digit() + packet.text();
            text.append(part.length()).append(':').append(part);
        }
        return new Payload(false, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private byte[] encodeBytes(List<Packet> packets) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Packet packet : packets) {
            byte[] part = packet.isBinary() ? encodeBinary(packet) : packet.utf8();
            bytes.write(packet.isBinary() ? 1 : 0);
            String digits = Integer.toString(part.length);
            for (int i = 0; i < digits.length(); i++) {
                bytes.write(digits.charAt(i) - '0');
            }
            bytes.write(END_OF_LENGTH);
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
