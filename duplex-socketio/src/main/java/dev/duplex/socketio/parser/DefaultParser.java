package dev.duplex.socketio.parser;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The parser of Socket.IO 5: a text message with type, namespace, id and JSON, in which a placeholder stands for each
 * {@code byte[]}; these follow as binary messages.
 */
public final class DefaultParser implements Parser {
    private static final String PLACEHOLDER = "_placeholder";
    private static final String NUMBER = "num";
    private static final int BINARY_EVENT = 5;
    private static final int BINARY_ACK = 6;
    private static final PacketType[] TYPES = PacketType.values();

    /** Numbers above are not exact in JavaScript. */
    private static final long MAX_ID = (1L << 53) - 1;

    private final Mapper mapper;

    public DefaultParser(Mapper mapper) {
        this.mapper = mapper;
    }

    // -------------------------------------------------------------------------------------------------------- encoding

    @Override
    public void encode(Packet packet, Output output) {
        List<byte[]> attachments = new ArrayList<>(0);
        Object data = packet.data();
        boolean mayHaveAttachments = packet.type() == PacketType.EVENT || packet.type() == PacketType.ACK;
        if (mayHaveAttachments && hasBinary(data)) {
            data = taken(data, attachments);
        }
        StringBuilder text = new StringBuilder();
        if (attachments.isEmpty()) {
            text.append(packet.type().ordinal());
        } else {
            text.append(packet.type() == PacketType.EVENT ? BINARY_EVENT : BINARY_ACK)
                    .append(attachments.size())
                    .append('-');
        }
        if (!packet.namespace().equals("/")) {
            text.append(packet.namespace()).append(',');
        }
        packet.id().ifPresent(text::append);
        if (data != null) {
            text.append(mapper.write(data));
        }
        output.text(text.toString());
        attachments.forEach(output::binary);
    }

    private static boolean hasBinary(@Nullable Object value) {
        if (value instanceof byte[]) {
            return true;
        }
        if (value instanceof List<?> list) {
            for (Object element : list) {
                if (hasBinary(element)) {
                    return true;
                }
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Object element : map.values()) {
                if (hasBinary(element)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The value with placeholders, in the order of the document. */
    private static @Nullable Object taken(@Nullable Object value, List<byte[]> attachments) {
        if (value instanceof byte[] bytes) {
            Map<String, Object> placeholder = new LinkedHashMap<>();
            placeholder.put(PLACEHOLDER, true);
            placeholder.put(NUMBER, attachments.size());
            attachments.add(bytes);
            return placeholder;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(element -> copy.add(taken(element, attachments)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<@Nullable Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, taken(element, attachments)));
            return copy;
        }
        return value;
    }

    // -------------------------------------------------------------------------------------------------------- decoding

    @Override
    public Decoder decoder(int maxAttachments) {
        return new Incoming(mapper, maxAttachments);
    }

    private static final class Incoming implements Decoder {
        private final Mapper mapper;
        private final int maxAttachments;

        /** The packet that waits for attachments. */
        private @Nullable Packet waiting;

        private int expected;
        private List<byte[]> attachments = List.of();

        Incoming(Mapper mapper, int maxAttachments) {
            this.mapper = mapper;
            this.maxAttachments = maxAttachments;
        }

        @Override
        public @Nullable Packet text(String message) throws ParseException {
            if (waiting != null) {
                throw new ParseException("expected a binary message, an attachment, but got text");
            }
            Scanner scanner = new Scanner(message);
            int digit = scanner.type();
            boolean binary = digit == BINARY_EVENT || digit == BINARY_ACK;
            PacketType type = binary ? TYPES[digit - 3] : TYPES[digit];
            int count = binary ? scanner.attachments(maxAttachments) : 0;
            String namespace = scanner.namespace();
            OptionalLong id = scanner.id();
            String json = scanner.rest();
            Object data = json.isEmpty() ? null : mapper.read(json);
            Packet packet = new Packet(type, namespace, checked(type, data), id);
            if (count > 0) {
                waiting = packet;
                expected = count;
                attachments = new ArrayList<>(count);
                return null;
            }
            if (type == PacketType.EVENT || type == PacketType.ACK) {
                return packet.withData(filled(packet.data(), List.of()));
            }
            return packet;
        }

        @Override
        public @Nullable Packet binary(byte[] message) throws ParseException {
            Packet packet = waiting;
            if (packet == null) {
                throw new ParseException("expected text but got a binary message that belongs to no packet");
            }
            attachments.add(message);
            if (attachments.size() < expected) {
                return null;
            }
            List<byte[]> all = attachments;
            waiting = null;
            attachments = List.of();
            return packet.withData(filled(packet.data(), all));
        }
    }

    /** The data if a packet of this type may have it. */
    static @Nullable Object checked(PacketType type, @Nullable Object data) throws ParseException {
        boolean valid = switch (type) {
            case CONNECT -> data == null || data instanceof Map;
            case DISCONNECT -> data == null;
            case EVENT -> data instanceof List<?> list && !list.isEmpty() && isEventName(list.get(0));
            case ACK -> data == null || data instanceof List;
            case CONNECT_ERROR -> data instanceof String || data instanceof Map;
        };
        if (!valid) {
            throw new ParseException("the data is none that a packet " + type + " may have");
        }
        return data;
    }

    static boolean isEventName(@Nullable Object name) {
        return name instanceof Number || (name instanceof String text && !ReservedEvents.contains(text));
    }

    /** The value with attachments in the place of placeholders. Lists and maps are those of the mapper, and changed. */
    @SuppressWarnings("unchecked") // what the mapper makes
    private static @Nullable Object filled(@Nullable Object value, List<byte[]> attachments) throws ParseException {
        if (value instanceof List<?> list) {
            List<@Nullable Object> elements = (List<@Nullable Object>) list;
            for (int i = 0; i < elements.size(); i++) {
                Object element = elements.get(i);
                if (element instanceof List || element instanceof Map) {
                    elements.set(i, filled(element, attachments));
                }
            }
        } else if (value instanceof Map<?, ?> map) {
            if (Boolean.TRUE.equals(map.get(PLACEHOLDER))) {
                return attachment(map.get(NUMBER), attachments);
            }
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Object, @Nullable Object> entry = (Map.Entry<Object, @Nullable Object>) entries.next();
                Object element = entry.getValue();
                if (element instanceof List || element instanceof Map) {
                    entry.setValue(filled(element, attachments));
                }
            }
        }
        return value;
    }

    private static byte[] attachment(@Nullable Object number, List<byte[]> attachments) throws ParseException {
        if (number instanceof Integer index && index >= 0 && index < attachments.size()) {
            return attachments.get(index);
        }
        throw new ParseException("a placeholder names an attachment that is not there");
    }

    /** Goes through the part of a text message before the JSON. */
    private static final class Scanner {
        private final String text;
        private int index;

        Scanner(String text) {
            this.text = text;
        }

        int type() throws ParseException {
            int digit = text.isEmpty() ? -1 : text.charAt(0) - '0';
            if (digit < 0 || digit > BINARY_ACK) {
                throw new ParseException("expected a type from 0 to 6");
            }
            index = 1;
            return digit;
        }

        int attachments(int most) throws ParseException {
            long count = number(most);
            if (count < 0 || index == text.length() || text.charAt(index) != '-') {
                throw new ParseException("expected a number of attachments and a dash");
            }
            if (count > most) {
                throw new ParseException("more than " + most + " attachments (maxAttachments)");
            }
            index++;
            return (int) count;
        }

        String namespace() {
            if (index == text.length() || text.charAt(index) != '/') {
                return "/";
            }
            int comma = text.indexOf(',', index);
            int end = comma < 0 ? text.length() : comma;
            String namespace = text.substring(index, end);
            index = comma < 0 ? end : end + 1;
            return namespace;
        }

        OptionalLong id() throws ParseException {
            int start = index;
            long number = number(MAX_ID);
            if (index == start) {
                return OptionalLong.empty();
            }
            if (number > MAX_ID) {
                throw new ParseException("the id is larger than " + MAX_ID);
            }
            return OptionalLong.of(number);
        }

        /** The number here; more than the largest if it is larger, -1 if there is none. */
        private long number(long largest) {
            long number = -1;
            while (index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9') {
                number = Math.max(0, number);
                number = number > largest ? number : number * 10 + text.charAt(index) - '0';
                index++;
            }
            return number;
        }

        String rest() {
            return text.substring(index);
        }
    }
}
