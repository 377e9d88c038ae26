package dev.duplex.cli.connect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.duplex.core.CloseCode;
import java.io.IOException;
import java.util.Base64;

/**
 * Reads what to send from one JSON object in each line: {@code {"type":"text","data":"hello"}}, and in the same way
 * binary (base64), ping (base64) and close (code, reason).
 */
final class NdjsonMessages {
    private static final int MAX_DEPTH = 10;
    private static final int MAX_PING = 125;

    private final JsonMapper json;

    /** @param maxLine the longest line in bytes */
    NdjsonMessages(int maxLine) {
        json = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxStringLength(maxLine)
                                .maxNestingDepth(MAX_DEPTH)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    Outgoing decode(byte[] line) throws InputException {
        JsonNode object;
        try {
            object = json.readTree(line);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in memory
        }
        if (!object.isObject()) {
            throw new InputException("is no JSON object, such as {\"type\":\"text\",\"data\":\"hello\"}");
        }
        String type = object.path("type").asText(object.has("base64") ? "binary" : "text");
        return switch (type) {
            case "text" -> new Outgoing.Text(string(object, "data"));
            case "binary" -> new Outgoing.Binary(bytes(object));
            case "ping" -> ping(object);
            case "close" -> close(object);
            default ->
                throw new InputException(
                        "has the type '" + type + "', but what is sent is text, binary, ping or close");
        };
    }

    private static Outgoing ping(JsonNode object) throws InputException {
        byte[] payload = object.has("base64") ? bytes(object) : new byte[0];
        if (payload.length > MAX_PING) {
            throw new InputException("has a ping of " + payload.length + " bytes, but 125 is the most (RFC 6455 §5.5)");
        }
        return new Outgoing.Ping(payload);
    }

    private static Outgoing close(JsonNode object) throws InputException {
        int code = object.path("code").asInt(CloseCode.NORMAL);
        if (code != CloseCode.NORMAL && (code < 3000 || code > 4999)) {
            throw new InputException("has the close code " + code + ", but only 1000 and 3000 to 4999 are sent");
        }
        String reason = object.has("reason") ? string(object, "reason") : "";
        try {
            CloseCode.check(code, reason);
        } catch (IllegalArgumentException e) {
            throw new InputException("cannot be sent: " + e.getMessage());
        }
        return new Outgoing.Close(code, reason);
    }

    private static String string(JsonNode object, String field) throws InputException {
        if (!object.path(field).isTextual()) {
            throw new InputException("must have a string in its field " + field);
        }
        return object.path(field).textValue();
    }

    private static byte[] bytes(JsonNode object) throws InputException {
        try {
            return Base64.getDecoder().decode(string(object, "base64"));
        } catch (IllegalArgumentException e) {
            throw new InputException("has no Base64 (RFC 4648 §4) in its field base64");
        }
    }
}
