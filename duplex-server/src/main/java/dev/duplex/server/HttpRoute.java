package dev.duplex.server;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * How the plain HTTP requests of one path are answered, where that differs from the server's own settings. Immutable:
 * each method returns a changed copy.
 *
 * @param handler answers the requests
 * @param maxBodyBytes largest body of a request, in bytes; empty for the server's
 *     {@link WebSocketServer.Builder#maxHttpBodyBytes}
 * @param answerTimeout how long the handler may take; 60 seconds by default
 * @param tooLarge answers a request whose body is too large, before the body has come; empty for 413 in plain text
 */
public record HttpRoute(
        HttpHandler handler,
        OptionalInt maxBodyBytes,
        Duration answerTimeout,
        Optional<Function<HttpRequest, HttpResponse>> tooLarge) {
    /** How long a handler may take where nothing else is said. */
    public static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(60);

    public HttpRoute {
        Objects.requireNonNull(handler, "handler");
        if (maxBodyBytes.isPresent() && maxBodyBytes.getAsInt() < 0) {
            throw new IllegalArgumentException("maxBodyBytes must not be negative but was " + maxBodyBytes.getAsInt());
        }
        if (answerTimeout.compareTo(Duration.ofMillis(1)) < 0 || answerTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("answerTimeout must be 1 millisecond to 1 day but was " + answerTimeout);
        }
    }

    /** A route with the server's settings. */
    public static HttpRoute to(HttpHandler handler) {
        return new HttpRoute(handler, OptionalInt.empty(), DEFAULT_ANSWER_TIMEOUT, Optional.empty());
    }

    /**
     * Largest body of a request, in bytes; 413 beyond.
     *
     * @throws IllegalArgumentException for less than 0
     */
    public HttpRoute maxBodyBytes(int most) {
        return new HttpRoute(handler, OptionalInt.of(most), answerTimeout, tooLarge);
    }

    /**
     * How long the handler may take to answer, such as for long polling; the client gets 503 afterwards.
     *
     * @throws IllegalArgumentException for less than a millisecond or more than a day
     */
    public HttpRoute answerTimeout(Duration longest) {
        return new HttpRoute(handler, maxBodyBytes, longest, tooLarge);
    }

    /**
     * Answers a request whose body is too large, such as with the fields that let a page of another origin see the
     * status. The request has no body; the connection ends after the response. On the event loop: must not block.
     */
    public HttpRoute tooLarge(Function<HttpRequest, HttpResponse> answer) {
        return new HttpRoute(handler, maxBodyBytes, answerTimeout, Optional.of(answer));
    }
}
