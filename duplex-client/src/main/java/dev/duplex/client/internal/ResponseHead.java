package dev.duplex.client.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Map;

/** The head of an HTTP response as a value, under the limits of the handshake. */
final class ResponseHead {
    private ResponseHead() {}

    /**
     * The head without a body.
     *
     * @throws IllegalArgumentException if it is none, or too large; the message goes on after "the answer"
     */
    static HandshakeResponse of(HttpResponse head, Limits limits) {
        if (head.headers().size() > limits.maxHandshakeFields()) {
            throw new IllegalArgumentException(
                    "has more than " + limits.maxHandshakeFields() + " fields (maxHandshakeFields)");
        }
        HttpFields.Builder fields = HttpFields.builder();
        try {
            for (Map.Entry<String, String> field : head.headers()) {
                fields.add(field.getKey(), field.getValue());
            }
            return new HandshakeResponse(head.status().code(), fields.build(), "");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is no valid HTTP response: " + e.getMessage(), e);
        }
    }

    /** Why Netty could not read it; goes on after "the answer". */
    static String malformed(Throwable cause, Limits limits) {
        return "is no HTTP response: "
                + (cause instanceof TooLongFrameException
                        ? "its head is larger than " + limits.maxHandshakeBytes()
                                + " bytes (maxHandshakeBytes), or a line of it than " + limits.maxHandshakeLineBytes()
                                + " (maxHandshakeLineBytes)"
                        : String.valueOf(cause.getMessage()));
    }

    /** Text of a peer that is safe to show. */
    static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
