package dev.duplex.cli.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.duplex.core.CloseCode;
import java.io.IOException;
import java.util.Base64;

/** Reads what a program has to say from one JSON object in each line. */
final class NdjsonDecoder implements Decoder.Reading {
    private static final int MAX_DEPTH = 10;
    private static final int MAX_PING = 125;

    /** The length of a line is bounded before it comes here. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Override
    public ProgramMessage of(byte[] line) throws FramingException {
        JsonNode object;
        try {
            object = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw bad(
                    "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in memory
        }
        if (!object.isObject()) {
            throw bad("is no JSON object, such as {\"type\":\"text\",\"data\":\"hello\"}");
        }
        String type = object.path("type").asText(object.has("base64") ? "binary" : "text");
        ProgramMessage message = switch (type) {
            case "text" -> new ProgramMessage.Text(string(object, "data"));
            case "binary" -> new ProgramMessage.Binary(bytes(object));
            case "ping" -> ping(object);
            case "close" -> close(object);
            default -> throw bad("has the type '" + type + "', but it must be text, binary, ping or close");
        };
        if (!object.has("conn")) {
            return message;
        }
        return new ProgramMessage.To(string(object, "conn"), message);
    }

    private static ProgramMessage ping(JsonNode object) throws FramingException {
        byte[] payload = object.has("base64") ? bytes(object) : new byte[0];
        if (payload.length > MAX_PING) {
            throw bad("has a ping of " + payload.length + " bytes, but 125 is the most (RFC 6455 §5.5)");
        }
        return new ProgramMessage.Ping(payload);
    }

    private static ProgramMessage close(JsonNode object) throws FramingException {
        int code = object.path("code").asInt(CloseCode.NORMAL);
        String reason = object.has("reason") ? string(object, "reason") : "";
        try {
            CloseCode.check(code, reason);
        } catch (IllegalArgumentException e) {
            throw bad("cannot be sent: " + e.getMessage());
        }
        return new ProgramMessage.Close(code, reason);
    }

    private static String string(JsonNode object, String field) throws FramingException {
        if (!object.path(field).isTextual()) {
            throw bad("must have a string in its field " + field);
        }
        return object.path(field).textValue();
    }

    private static byte[] bytes(JsonNode object) throws FramingException {
        try {
            return Base64.getDecoder().decode(string(object, "base64"));
        } catch (IllegalArgumentException e) {
            throw bad("has no Base64 (RFC 4648 §4) in its field base64");
        }
    }

    private static FramingException bad(String what) {
        return new FramingException(
                CloseCode.INTERNAL_ERROR, "a line that the program has written " + what + " (--frame ndjson)");
    }
}
