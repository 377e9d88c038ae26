package dev.duplex.cli.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;

/** Says of a message on which stream it was written: {@code {"stream":"stderr","data":"…"}}. */
final class StreamTag {
    private static final JsonMapper JSON = new JsonMapper();

    private StreamTag() {}

    static ProgramMessage of(String stream, ProgramMessage message) {
        ObjectNode object = JSON.createObjectNode().put("stream", stream);
        if (message instanceof ProgramMessage.Text text) {
            object.put("data", text.text());
        } else if (message instanceof ProgramMessage.Binary binary) {
            object.put("base64", Base64.getEncoder().encodeToString(binary.bytes()));
        } else {
            return message;
        }
        try {
            return new ProgramMessage.Text(JSON.writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // of strings only
        }
    }
}
