package dev.duplex.cli.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON of the subprotocol {@code duplex-chat.v1}: one object a message, its {@code type} first to look at. */
final class ChatProtocol {
    /** The subprotocol's name in the opening handshake. */
    static final String NAME = "duplex-chat.v1";

    /** The longest text of a message, in UTF-16 code units, as a browser counts. */
    static final int MAX_TEXT = 4000;

    /** Nothing in the protocol is deeper than one object, or has a number. */
    private static final int MAX_DEPTH = 8;

    private static final int MAX_NUMBER = 32;
    private static final int MAX_FIELD_NAME = 64;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER)
                            .maxNameLength(MAX_FIELD_NAME)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ChatProtocol() {}

    // --------------------------------------------------------------------------------------------------------- reading

    /**
     * Reads what a member sent. Members that the protocol does not name are skipped, for the sake of later versions.
     *
     * @throws ChatProblem BAD_MESSAGE, whatever is wrong with it
     */
    static ChatRequest read(String json) throws ChatProblem {
        JsonNode object;
        try {
            object = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw bad("This is not JSON: " + e.getOriginalMessage() + ".");
        }
        if (!object.isObject()) {
            throw bad("Expected a JSON object such as {\"type\":\"say\",\"text\":\"hello\"}.");
        }
        return request(text(object, "type"), object);
    }

    /**
     * What a client asks for.
     *
     * @param message its fields but for the type, as plain values
     * @throws ChatProblem BAD_MESSAGE, whatever is wrong with it
     */
    static ChatRequest read(String type, @Nullable Object message) throws ChatProblem {
        return request(type, JSON.valueToTree(message instanceof Map ? message : Map.of()));
    }

    private static ChatRequest request(String type, JsonNode object) throws ChatProblem {
        return switch (type) {
            case "join" -> new ChatRequest.Join(text(object, "name"));
            case "say" -> new ChatRequest.Say(text(object, "text"));
            case "rename" -> new ChatRequest.Rename(text(object, "name"));
            default -> throw bad("Expected the type join, say or rename.");
        };
    }

    private static String text(JsonNode object, String name) throws ChatProblem {
        JsonNode value = object.get(name);
        if (value == null || !value.isTextual()) {
            throw bad("Expected a string as " + name + ".");
        }
        return value.textValue();
    }

    static ChatProblem bad(String text) {
        return new ChatProblem(ChatProblem.Code.BAD_MESSAGE, text);
    }

    // --------------------------------------------------------------------------------------------------------- writing

    /** The object of a message that was written here. */
    static ObjectNode object(String written) {
        try {
            return (ObjectNode) JSON.readTree(written);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected a message of our own", e);
        }
    }

    static String welcome(
            ChatMember you, String room, String epoch, Collection<ChatMember> members, Collection<String> history) {
        return write("welcome", json -> {
            member(json, "you", you);
            json.writeStringField("room", room);
            json.writeStringField("epoch", epoch);
            json.writeArrayFieldStart("members");
            for (ChatMember member : members) {
                json.writeStartObject();
                json.writeStringField("id", member.id());
                json.writeStringField("name", member.name());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("history");
            for (String message : history) {
                json.writeRawValue(message);
            }
            json.writeEndArray();
            json.writeNumberField("maxText", MAX_TEXT);
        });
    }

    static String message(long id, ChatMember from, String text, long time) {
        return write("message", json -> {
            json.writeNumberField("id", id);
            member(json, "from", from);
            json.writeStringField("text", text);
            json.writeNumberField("time", time);
        });
    }

    static String joined(ChatMember member, long time) {
        return event("joined", member, time);
    }

    static String left(ChatMember member, long time) {
        return event("left", member, time);
    }

    static String renamed(ChatMember member, String was, long time) {
        return write("renamed", json -> {
            member(json, "member", member);
            json.writeStringField("was", was);
            json.writeNumberField("time", time);
        });
    }

    static String error(ChatProblem problem) {
        return write("error", json -> {
            json.writeStringField("code", problem.code().word());
            json.writeStringField("text", problem.text());
        });
    }

    private static String event(String type, ChatMember member, long time) {
        return write(type, json -> {
            member(json, "member", member);
            json.writeNumberField("time", time);
        });
    }

    private static void member(JsonGenerator json, String field, ChatMember member) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("id", member.id());
        json.writeStringField("name", member.name());
        json.writeEndObject();
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static String write(String type, Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("type", type);
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) { // a StringWriter throws none
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
