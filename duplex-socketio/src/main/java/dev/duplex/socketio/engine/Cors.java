package dev.duplex.socketio.engine;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From which pages of other origins browsers may use polling and load the client (the Fetch Standard's CORS protocol),
 * with the options of npm's {@code cors}. Without it no page of another origin may. Immutable: each method returns a
 * changed copy.
 *
 * <pre>{@code
 * Cors.origin("https://example.com").credentials(true)
 * }</pre>
 */
public final class Cors {
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

    /** The value for every request; null where the origin of the request decides. */
    private final @Nullable String fixed;

    private final Predicate<String> allowed;
    private boolean credentials;
    private List<String> methods = List.of("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE");
    private @Nullable List<String> allowedHeaders;
    private List<String> exposedHeaders = List.of();
    private @Nullable Duration maxAge;
    private boolean preflightContinue;
    private int optionsSuccessStatus = 204;

    private Cors(@Nullable String fixed, Predicate<String> allowed) {
        this.fixed = fixed;
        this.allowed = allowed;
    }

    /** Pages of every site, without cookies and the like: {@code Access-Control-Allow-Origin: *}. */
    public static Cors anyOrigin() {
        return new Cors("*", origin -> true);
    }

    /** Pages of this origin, such as {@code https://example.com}. */
    public static Cors origin(String origin) {
        return new Cors(Objects.requireNonNull(origin, "origin"), origin::equals);
    }

    /** Pages of these origins. */
    public static Cors origins(String... origins) {
        List<String> all = List.of(origins);
        return new Cors(null, all::contains);
    }

    /** Pages of origins in which one of the patterns is found; anchor them with {@code ^} and {@code $}. */
    public static Cors origins(Pattern... origins) {
        List<Pattern> all = List.of(origins);
        return new Cors(
                null,
                origin ->
                        all.stream().anyMatch(pattern -> pattern.matcher(origin).find()));
    }

    /** Pages of origins of which the function says so. It must not block. */
    public static Cors origins(Predicate<String> origins) {
        return new Cors(null, Objects.requireNonNull(origins, "origins"));
    }

    /** Whether such pages may send cookies and other credentials; false unless said. */
    public Cors credentials(boolean allowed) {
        return with(copy -> copy.credentials = allowed);
    }

    /** The methods named in answers to preflights. */
    public Cors methods(String... names) {
        return with(copy -> copy.methods = List.of(names));
    }

    /** The header fields that pages may send; whatever they ask for unless said. */
    public Cors allowedHeaders(String... names) {
        return with(copy -> copy.allowedHeaders = List.of(names));
    }

    /** The header fields of responses that pages may see. */
    public Cors exposedHeaders(String... names) {
        return with(copy -> copy.exposedHeaders = List.of(names));
    }

    /** How long a browser may keep the answer to a preflight. */
    public Cors maxAge(Duration longest) {
        return with(copy -> copy.maxAge = longest);
    }

    /** Whether a preflight is handled on as any request, instead of being answered at once. */
    public Cors preflightContinue(boolean goesOn) {
        return with(copy -> copy.preflightContinue = goesOn);
    }

    /**
     * The status of the answer to a preflight, 204 unless said.
     *
     * @throws IllegalArgumentException unless it is 200 to 299
     */
    public Cors optionsSuccessStatus(int status) {
        if (status < 200 || status > 299) {
            throw new IllegalArgumentException("optionsSuccessStatus must be 200 to 299 but was " + status);
        }
        return with(copy -> copy.optionsSuccessStatus = status);
    }

    private Cors with(Consumer<Cors> change) {
        Cors copy = new Cors(fixed, allowed);
        copy.credentials = credentials;
        copy.methods = methods;
        copy.allowedHeaders = allowedHeaders;
        copy.exposedHeaders = exposedHeaders;
        copy.maxAge = maxAge;
        copy.preflightContinue = preflightContinue;
        copy.optionsSuccessStatus = optionsSuccessStatus;
        change.accept(copy);
        return copy;
    }

    /** Whether pages of this origin may use the server. */
    public boolean allows(String origin) {
        return allowed.test(origin);
    }

    /** A handler whose responses such pages may see, and which answers preflights. */
    public HttpHandler around(HttpHandler handler) {
        return new Shared(handler);
    }

    private final class Shared implements HttpHandler {
        private final HttpHandler handler;

        Shared(HttpHandler handler) {
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        @Override
        public CompletionStage<HttpResponse> handle(HttpRequest request) {
            if (request.method().equals("OPTIONS") && !preflightContinue) {
                return CompletableFuture.completedFuture(
                        HttpResponse.status(optionsSuccessStatus).addHeaders(fields(request)));
            }
            return handler.handle(request).thenApply(response -> response.addHeaders(fields(request)));
        }

        @Override
        public void onAbort(HttpRequest request) {
            handler.onAbort(request);
        }
    }

    /** The fields of the response to a request. */
    HttpFields fields(HttpRequest request) {
        HttpFields.Builder fields = HttpFields.builder();
        boolean preflight = request.method().equals("OPTIONS");
        String requested = String.join(",", request.fields().values("Access-Control-Request-Headers"));
        boolean reflects = preflight && allowedHeaders == null;
        if (fixed != null) {
            fields.add(ALLOW_ORIGIN, fixed);
        } else {
            String origin = request.fields().first("Origin").orElse("");
            if (!origin.isEmpty() && allows(origin)) {
                fields.add(ALLOW_ORIGIN, origin);
            }
        }
        boolean varies = fixed == null || !fixed.equals("*");
        if (varies || reflects) {
            fields.add(
                    "Vary",
                    varies && reflects
                            ? "Origin, Access-Control-Request-Headers"
                            : varies ? "Origin" : "Access-Control-Request-Headers");
        }
        if (credentials) {
            fields.add("Access-Control-Allow-Credentials", "true");
        }
        if (preflight) {
            fields.add("Access-Control-Allow-Methods", String.join(",", methods));
            String names = allowedHeaders == null ? requested : String.join(",", allowedHeaders);
            if (!names.isEmpty()) {
                fields.add("Access-Control-Allow-Headers", names);
            }
            if (maxAge != null) {
                fields.add("Access-Control-Max-Age", Long.toString(maxAge.toSeconds()));
            }
        }
        if (!exposedHeaders.isEmpty()) {
            fields.add("Access-Control-Expose-Headers", String.join(",", exposedHeaders));
        }
        return fields.build();
    }
}
