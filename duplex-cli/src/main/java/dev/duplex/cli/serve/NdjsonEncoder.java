package dev.duplex.cli.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Tells a program what happens to its clients, one JSON object in each line. */
final class NdjsonEncoder {
    /** For all of them: it takes a tenth of a second to come into being, and kilobytes. */
    private static final JsonMapper JSON = new JsonMapper();

    private NdjsonEncoder() {}

    static byte[] message(String connection, boolean text, byte[] payload) {
        ObjectNode object = event(text ? "text" : "binary", connection);
        if (text) {
            object.put("data", new String(payload, StandardCharsets.UTF_8));
        } else {
            object.put("base64", Base64.getEncoder().encodeToString(payload));
        }
        return line(object);
    }

    static byte[] open(String connection, String path, String remote, String user) {
        ObjectNode object = event("open", connection).put("path", path).put("remote", remote);
        if (!user.isEmpty()) {
            object.put("user", user);
        }
        return line(object);
    }

    static byte[] ping(String connection, byte[] payload) {
        return line(event("ping", connection).put("base64", Base64.getEncoder().encodeToString(payload)));
    }

    static byte[] close(String connection, int code, String reason) {
        return line(event("close", connection).put("code", code).put("reason", reason));
    }

    private static ObjectNode event(String type, String connection) {
        return JSON.createObjectNode().put("type", type).put("conn", connection);
    }

    private static byte[] line(ObjectNode object) {
        try {
            return (JSON.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // of strings and numbers only
        }
    }
}
