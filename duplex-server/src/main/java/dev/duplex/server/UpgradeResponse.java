package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The application's answer to an {@link UpgradeRequest}: a session, or a refusal with a real HTTP status. Immutable. */
public sealed interface UpgradeResponse {

    /** Opens the session; the route chooses the subprotocol. */
    static Accept accept() {
        return new Accept(Optional.empty(), HttpFields.EMPTY, Map.of(), () -> {});
    }

    /**
     * Refuses.
     *
     * @param status 300 to 599
     * @param body plain text that tells the client why
     */
    static Reject reject(int status, String body) {
        return reject(HttpResponse.text(status, body));
    }

    /** Refuses with any response of status 300 to 599. */
    static Reject reject(HttpResponse response) {
        return new Reject(response);
    }

    /**
     * Opens the session.
     *
     * @param subprotocol the subprotocol, one that the client offers; empty to let the route choose
     * @param headers further fields of the 101 response
     * @param attributes what {@link Session#attributes} begins with
     * @param notOpened called if no session opens after all, as the client has left meanwhile, the time is over, or the
     *     server goes away
     */
    record Accept(Optional<String> subprotocol, HttpFields headers, Map<String, Object> attributes, Runnable notOpened)
            implements UpgradeResponse {
        public Accept {
            attributes = Map.copyOf(attributes);
        }

        public Accept withSubprotocol(String name) {
            return new Accept(Optional.of(name), headers, attributes, notOpened);
        }

        /**
         * With a further field.
         *
         * @throws IllegalArgumentException if name or value are not valid in HTTP (no CR, LF, NUL)
         */
        public Accept withHeader(String name, String value) {
            return new Accept(subprotocol, headers.toBuilder().add(name, value).build(), attributes, notOpened);
        }

        public Accept withCookie(SetCookie cookie) {
            return withHeader("Set-Cookie", cookie.toFieldValue());
        }

        /** With an attribute of the session to come, such as the user's name. */
        public Accept withAttribute(String name, Object value) {
            Map<String, Object> more = new HashMap<>(attributes);
            more.put(name, value);
            return new Accept(subprotocol, headers, more, notOpened);
        }

        /**
         * With what gives back whatever the hook has taken for a session that then does not open. Called on the event loop,
         * once; must not block.
         */
        public Accept orElse(Runnable action) {
            return new Accept(subprotocol, headers, attributes, action);
        }
    }

    /**
     * Refuses.
     *
     * @param response what the client gets
     */
    record Reject(HttpResponse response) implements UpgradeResponse {
        public Reject {
            if (response.status() < 300) {
                throw new IllegalArgumentException(
                        "a refusal must have a status of 300 to 599 but has " + response.status());
            }
        }

        /** With a further field, such as {@code WWW-Authenticate}. */
        public Reject withHeader(String name, String value) {
            return new Reject(response.header(name, value));
        }
    }
}
