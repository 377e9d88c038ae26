package dev.duplex.cli.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.Target;
import dev.duplex.client.MessageEvent;
import dev.duplex.socketio.parser.DefaultParser;
import dev.duplex.socketio.parser.JacksonMapper;
import dev.duplex.socketio.parser.Mapper;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import dev.duplex.socketio.parser.ParseException;
import dev.duplex.socketio.parser.Parser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Socket.IO 5 over WebSocket, as lines.
 *
 * <p>An event is its name and JSON values, {@code move 1 2}, or a name and a text, {@code say hello there}, or a JSON array,
 * {@code ["move",1,2]}. A question mark before it asks for an acknowledgement, which is shown as {@code ?1 ["fine"]}, the
 * number being that of the question. What comes is shown as arrays; {@code #5 ["question"]} asks for an acknowledgement, and
 * the line {@code #5 "fine"} gives it. Bytes are shown as {@code {"base64":"…"}}.
 */
public final class SocketIo {
    private static final Pattern URL = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)(/[^?#]*)?(?:\\?([^#]*))?");
    private static final Pattern ANSWER = Pattern.compile("#([0-9]{1,15})(?:\\s+(.*))?");
    private static final Pattern EVENT = Pattern.compile("(\\S+)(?:\\s+(.*))?");
    private static final int MAX_ATTACHMENTS = 1_000;

    private final ObjectMapper json = new ObjectMapper();
    private final Mapper mapper = new JacksonMapper(json);
    private final Parser parser = new DefaultParser(mapper);
    private final AtomicLong questions = new AtomicLong();
    private final Target target;
    private final String namespace;
    private final Map<String, ?> auth;

    /**
     * @param typed as the official client takes it: its path is the namespace
     * @param path where the server has its connections, such as {@code /socket.io/}
     * @param auth a JSON object, or null
     */
    public SocketIo(Target typed, String path, @Nullable String auth) {
        Matcher url = URL.matcher(typed.url());
        if (!url.matches() || typed.unix().isPresent()) {
            throw CommandFailure.usage("--socketio: expected a URL such as http://host:port/namespace but got '" + typed
                    + "'; a Unix socket is given with --unix");
        }
        String query = url.group(3) == null ? "" : "&" + url.group(3);
        this.target = Target.of(url.group(1) + path + "?EIO=4&transport=websocket" + query);
        this.namespace = url.group(2) == null ? "/" : url.group(2);
        this.auth = auth == null ? Map.of() : object(auth);
    }

    private Map<String, ?> object(String text) {
        try {
            if (mapper.read(text) instanceof Map<?, ?> map) {
                Map<String, Object> object = new LinkedHashMap<>();
                map.forEach((key, value) -> object.put(String.valueOf(key), value));
                return object;
            }
        } catch (ParseException e) {
            throw CommandFailure.usage("--auth: " + e.getMessage());
        }
        throw CommandFailure.usage("--auth: expected a JSON object such as {\"token\":\"abc\"}");
    }

    /** Where to connect to. */
    public Target target() {
        return target;
    }

    /** What comes on a new connection. */
    public Dialect dialect() {
        return new Incoming();
    }

    // ------------------------------------------------------------------------------------------------------ what comes

    private final class Incoming implements Dialect {
        private static final Heard NOTHING = new Heard.Nothing();

        private final Parser.Decoder decoder = parser.decoder(MAX_ATTACHMENTS);

        @Override
        public Heard heard(MessageEvent message, Consumer<String> reply) {
            try {
                return message.isText() ? engine(message.text(), reply) : packet(decoder.binary(message.bytes()));
            } catch (ParseException malformed) {
                return new Heard.Refused("this is not Socket.IO 5: " + malformed.getMessage());
            }
        }

        /** A packet of Engine.IO 4. */
        private Heard engine(String text, Consumer<String> reply) throws ParseException {
            switch (text.isEmpty() ? ' ' : text.charAt(0)) {
                case '0' ->
                    reply.accept("4" + encoded(Packet.of(PacketType.CONNECT, namespace, auth.isEmpty() ? null : auth)));
                case '2' -> reply.accept("3");
                case '4' -> {
                    return packet(decoder.text(text.substring(1)));
                }
                case '1', '6' -> {
                    // The end of the connection says more than the first, and the other one says nothing.
                }
                default -> throw new ParseException("expected a packet of Engine.IO 4");
            }
            return NOTHING;
        }

        private Heard packet(@Nullable Packet packet) {
            if (packet == null || !packet.namespace().equals(namespace)) {
                return NOTHING;
            }
            return switch (packet.type()) {
                case CONNECT -> new Heard.Ready();
                case CONNECT_ERROR ->
                    new Heard.Refused("the server refused the namespace " + namespace + ": "
                            + Ending.printable(shown(packet.data())));
                case DISCONNECT -> new Heard.Over("the server has ended the namespace " + namespace);
                case EVENT -> new Heard.Said(number(packet, "#") + shown(packet.list()));
                case ACK -> new Heard.Said(number(packet, "?") + shown(packet.list()));
            };
        }

        private static String number(Packet packet, String sign) {
            return packet.id().isPresent() ? sign + packet.id().getAsLong() + " " : "";
        }
    }

    private String shown(@Nullable Object value) {
        return mapper.write(withoutBytes(value));
    }

    private static @Nullable Object withoutBytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return Map.of("base64", Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(element -> copy.add(withoutBytes(element)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(String.valueOf(key), withoutBytes(element)));
            return copy;
        }
        return value;
    }

    // ------------------------------------------------------------------------------------------------------ what is
    // sent

    /** The lines of the input as packets; empty ones are left out. */
    public MessageReader packets(MessageReader lines) {
        return () -> {
            Outgoing line = lines.next();
            while (line instanceof Outgoing.Text text && text.text().isBlank()) {
                line = lines.next();
            }
            return line instanceof Outgoing.Text text ? packet(text.text()) : line;
        };
    }

    /** What a line says, as {@link #packets} has it. */
    public Outgoing packet(String line) throws IOException {
        String text = line.strip();
        Matcher answer = ANSWER.matcher(text);
        if (answer.matches()) {
            return outgoing(Packet.of(PacketType.ACK, namespace, values(answer.group(2)))
                    .withId(Long.parseLong(answer.group(1))));
        }
        boolean asks = text.startsWith("?");
        Packet event = Packet.of(
                PacketType.EVENT, namespace, event(asks ? text.substring(1).strip() : text));
        return outgoing(asks ? event.withId(questions.incrementAndGet()) : event);
    }

    private List<@Nullable Object> event(String text) throws InputException {
        if (text.startsWith("[")) {
            List<@Nullable Object> event = new ArrayList<>();
            List<@Nullable Object> values = values(text);
            if (values.size() == 1 && values.get(0) instanceof List<?> list) {
                event.addAll(list);
            }
            if (!event.isEmpty() && event.get(0) instanceof String) {
                return event;
            }
        } else {
            Matcher named = EVENT.matcher(text);
            if (named.matches()) {
                List<@Nullable Object> event = new ArrayList<>(List.of(named.group(1)));
                event.addAll(values(named.group(2)));
                return event;
            }
        }
        throw new InputException("expected an event, such as 'move 1 2' or '[\"move\",1,2]', but got '" + text + "'");
    }

    /** JSON values, one after the other; what is none is one text. */
    private List<@Nullable Object> values(@Nullable String text) {
        List<@Nullable Object> values = new ArrayList<>();
        if (text == null || text.isBlank()) {
            return values;
        }
        try (JsonParser each = json.createParser(text)) {
            while (each.nextToken() != null) {
                values.add(json.readValue(each, Object.class));
            }
            return values;
        } catch (JsonProcessingException noJson) {
            return List.of(text.strip());
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be read", e);
        }
    }

    private Outgoing outgoing(Packet packet) {
        return new Outgoing.Text("4" + encoded(packet));
    }

    /** What is typed has no bytes in it, so that it is always one text. */
    private String encoded(Packet packet) {
        StringBuilder encoded = new StringBuilder();
        parser.encode(packet, new Parser.Output() {
            @Override
            public void text(String message) {
                encoded.append(message);
            }

            @Override
            public void binary(byte[] message) {
                throw new IllegalStateException("expected no bytes");
            }
        });
        return encoded.toString();
    }
}
