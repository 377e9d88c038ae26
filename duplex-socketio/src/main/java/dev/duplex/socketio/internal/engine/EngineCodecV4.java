package dev.duplex.socketio.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Engine.IO 4. In a frame: the digit of the type and the data, or the bytes of a binary message as they are. In a
 * payload: packets with a separator between them, binary ones as {@code b} and base64.
 */
final class EngineCodecV4 implements EngineCodec {
    static final EngineCodecV4 INSTANCE = new EngineCodecV4();

    /** Separates the packets of a payload: the record separator of ASCII, which no text can hold unescaped in JSON. */
    private static final char SEPARATOR = 0x1E;

    private EngineCodecV4() {}

    @Override
    public int revision() {
        return 4;
    }

    @Override
    public @Nullable Packet decodeText(String frame) {
        if (frame.isEmpty()) {
            return null;
        }
        char first = frame.charAt(0);
        if (first == 'b') {
            byte[] bytes = base64(frame.substring(1));
            return bytes == null ? null : Packet.message(bytes, true);
        }
        PacketType type = PacketType.of(first);
        return type == null ? null : Packet.of(type, frame.substring(1));
    }

    static byte @Nullable [] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public Packet decodeBinary(byte[] frame) {
        return Packet.message(frame, true);
    }

    @Override
    public byte[] encodeBinary(Packet packet) {
        return packet.binary();
    }

    @Override
    public void decodePayload(byte[] body, boolean binary, PacketSink each) {
        String text = new String(body, StandardCharsets.UTF_8);
        int start = 0;
        while (true) {
            int end = text.indexOf(SEPARATOR, start);
            Packet packet = decodeText(text.substring(start, end < 0 ? text.length() : end));
            if (!each.take(packet) || packet == null || end < 0) {
                return;
            }
            start = end + 1;
        }
    }

    @Override
    public Payload encodePayload(List<Packet> packets, boolean supportsBinary) {
        int length = Math.max(0, packets.size() - 1);
        for (Packet packet : packets) {
            length += packet.isBinary() ? 1 + packet.base64().length : packet.utf8().length;
        }
        byte[] bytes = new byte[length];
        int index = 0;
        for (Packet packet : packets) {
            if (index > 0) {
                bytes[index++] = SEPARATOR;
            }
            if (packet.isBinary()) {
                bytes[index++] = 'b';
            }
            byte[] part = packet.isBinary() ? packet.base64() : packet.utf8();
            System.arraycopy(part, 0, bytes, index, part.length);
            index += part.length;
        }
        return new Payload(false, bytes);
    }
}
