package dev.duplex.socketio.parser;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/**
 * The parser of npm's {@code socket.io-msgpack-parser}: each packet is one binary message, a map in MessagePack. Numbers
 * and bytes take less room than in JSON.
 */
public final class MsgpackParser implements Parser {
    private static final PacketType[] TYPES = PacketType.values();

    /** Deeper than any data that is meant, and far from the end of a thread's stack. */
    private static final int MAX_DEPTH = 200;

    private static final long MAX_ID = (1L << 53) - 1;

    /** A timestamp, as JavaScript's dates are written. */
    private static final byte TIMESTAMP = -1;

    private static final byte ARRAY_BUFFER = 0;

    private final MessagePack.PackerConfig packers = MessagePack.DEFAULT_PACKER_CONFIG;
    private final MessagePack.UnpackerConfig unpackers = MessagePack.DEFAULT_UNPACKER_CONFIG;

    public MsgpackParser() {}

    // -------------------------------------------------------------------------------------------------------- encoding

    @Override
    public void encode(Packet packet, Output output) {
        try (MessageBufferPacker packer = packers.newBufferPacker()) {
            boolean hasData = packet.data() != null;
            packer.packMapHeader(2 + (hasData ? 1 : 0) + (packet.id().isPresent() ? 1 : 0));
            packer.packString("type").packInt(packet.type().ordinal());
            if (hasData) {
                packer.packString("data");
                pack(packer, packet.data());
            }
            if (packet.id().isPresent()) {
                packer.packString("id").packLong(packet.id().getAsLong());
            }
            packer.packString("nsp").packString(packet.namespace());
            output.binary(packer.toByteArray());
        } catch (IOException e) {
            throw new IllegalArgumentException("the arguments cannot be written as MessagePack", e);
        }
    }

    private static void pack(MessageBufferPacker packer, @Nullable Object value) throws IOException {
        if (value == null) {
            packer.packNil();
        } else if (value instanceof String text) {
            packer.packString(text);
        } else if (value instanceof Boolean truth) {
            packer.packBoolean(truth);
        } else if (value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte) {
            packer.packLong(((Number) value).longValue());
        } else if (value instanceof BigInteger large && large.bitLength() <= 63) {
            packer.packLong(large.longValue());
        } else if (value instanceof Number number) {
            packer.packDouble(number.doubleValue());
        } else if (value instanceof byte[] bytes) {
            packer.packBinaryHeader(bytes.length).writePayload(bytes);
        } else if (value instanceof List<?> list) {
            packer.packArrayHeader(list.size());
            for (Object element : list) {
                pack(packer, element);
            }
        } else if (value instanceof Map<?, ?> map) {
            packer.packMapHeader(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                packer.packString(String.valueOf(entry.getKey()));
                pack(packer, entry.getValue());
            }
        } else {
            throw new IllegalArgumentException("a plain value was expected but got a " + value.getClass());
        }
    }

    // -------------------------------------------------------------------------------------------------------- decoding

    /** Bytes need no attachments here, so there is nothing to bound. */
    @Override
    public Decoder decoder(int maxAttachments) {
        return new Decoder() {
            @Override
            public @Nullable Packet text(String message) throws ParseException {
                throw new ParseException("expected a binary message but got text: the client may use another parser");
            }

            @Override
            public Packet binary(byte[] message) throws ParseException {
                return decode(message);
            }
        };
    }

    private Packet decode(byte[] message) throws ParseException {
        Object value;
        try (MessageUnpacker unpacker = unpackers.newUnpacker(message)) {
            value = new Unpacking(unpacker, message.length).value(0);
            if (unpacker.hasNext()) {
                throw new ParseException("expected one value but something is behind it");
            }
        } catch (MessagePackException | IOException e) {
            throw new ParseException("expected MessagePack but got something else");
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new ParseException("expected a map");
        }
        if (!(map.get("type") instanceof Long type && type >= 0 && type < TYPES.length)) {
            throw new ParseException("expected a type from 0 to 4");
        }
        if (!(map.get("nsp") instanceof String namespace)) {
            throw new ParseException("expected the name of a namespace");
        }
        Object id = map.get("id");
        if (id != null && !(id instanceof Long number && number >= 0 && number <= MAX_ID)) {
            throw new ParseException("expected an id from 0 to " + MAX_ID);
        }
        PacketType kind = TYPES[type.intValue()];
        return new Packet(
                kind,
                namespace,
                DefaultParser.checked(kind, map.get("data")),
                id == null ? OptionalLong.empty() : OptionalLong.of((Long) id));
    }

    /** Reads one message. */
    private static final class Unpacking {
        private final MessageUnpacker unpacker;
        private final long total;

        Unpacking(MessageUnpacker unpacker, long total) {
            this.unpacker = unpacker;
            this.total = total;
        }

        @Nullable
        Object value(int depth) throws IOException, ParseException {
            if (depth > MAX_DEPTH) {
                throw new ParseException("nested more than " + MAX_DEPTH + " deep");
            }
            MessageFormat format = unpacker.getNextFormat();
            switch (format.getValueType()) {
                case NIL -> {
                    unpacker.unpackNil();
                    return null;
                }
                case BOOLEAN -> {
                    return unpacker.unpackBoolean();
                }
                case INTEGER -> {
                    return format == MessageFormat.UINT64
                            ? narrowed(unpacker.unpackBigInteger())
                            : unpacker.unpackLong();
                }
                case FLOAT -> {
                    return unpacker.unpackDouble();
                }
                case STRING -> {
                    return unpacker.unpackString();
                }
                case BINARY -> {
                    return payload(unpacker.unpackBinaryHeader());
                }
                case ARRAY -> {
                    int size = unpacker.unpackArrayHeader();
                    List<@Nullable Object> list = new ArrayList<>(Math.min(size, 16));
                    for (int i = 0; i < size; i++) {
                        list.add(value(depth + 1));
                    }
                    return list;
                }
                case MAP -> {
                    int size = unpacker.unpackMapHeader();
                    Map<String, @Nullable Object> map = new LinkedHashMap<>();
                    for (int i = 0; i < size; i++) {
                        Object key = value(depth + 1);
                        map.put(String.valueOf(key), value(depth + 1));
                    }
                    return map;
                }
                default -> {
                    return extension(format);
                }
            }
        }

        /** Bytes that are there: a length is only claimed, and nothing is sized by it alone. */
        private byte[] payload(int length) throws IOException, ParseException {
            if (length < 0 || length > total - unpacker.getTotalReadBytes()) {
                throw new ParseException("expected so many bytes as the length says");
            }
            return unpacker.readPayload(length);
        }

        private static Object narrowed(BigInteger number) {
            return number.bitLength() <= 63 ? (Object) number.longValue() : number;
        }

        /**
         * A date becomes what it is in JSON, an ArrayBuffer bytes. Others stand for nothing here, and neither does
         * JavaScript's undefined, which has the type of an ArrayBuffer and a form of its own.
         */
        private @Nullable Object extension(MessageFormat format) throws IOException, ParseException {
            ExtensionTypeHeader header = unpacker.unpackExtensionTypeHeader();
            if (header.getType() == TIMESTAMP) {
                return unpacker.unpackTimestamp(header).toString();
            }
            byte[] bytes = payload(header.getLength());
            return header.getType() == ARRAY_BUFFER && format != MessageFormat.FIXEXT1 ? bytes : null;
        }
    }
}
