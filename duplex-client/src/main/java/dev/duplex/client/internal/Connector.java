package dev.duplex.client.internal;

import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.internal.ConnectionListener;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * "Establish a WebSocket connection": by one {@link Attempt}, and a further one for each redirect that is followed.
 * Tells its owner once how it went.
 */
public final class Connector {
    /** Who wants the connection. The first two are called on the event loop, or on the thread that cancels. */
    public interface Owner extends ConnectionListener {
        /** The connection is established; messages follow. */
        void established(WebSocketConnection connection, String subprotocol, String extensions);

        /** There will be no connection. */
        void failed(Failure failure);

        /** Who is shown the opening handshake; on the event loop. */
        Observer observer();
    }

    /** Sees the opening handshake, and every byte if there is a tap. */
    public interface Observer {
        void onRequest(HandshakeRequest request);

        void onResponse(HandshakeResponse response);

        @Nullable
        WireTap tap();

        /** How far it has come; those that a connection does not need are left out, and a redirect begins anew. */
        default void onPhase(Phase phase) {}
    }

    /** What is behind a connection that is being established. */
    public enum Phase {
        /** It has its turn; the host is looked up next. */
        BEGUN,
        /** The addresses of the server, or of the proxy, are known. */
        LOOKED_UP,
        /** TCP is connected with one of them. */
        CONNECTED,
        /** TLS is established with the server, if that is wanted. */
        SECURED
    }

    /**
     * Why there is no connection.
     *
     * @param kind what ended it
     * @param message one or two sentences; safe to log and to show
     * @param response what the server or the proxy answered, if it did, with the head of the body
     */
    public record Failure(
            CloseKind kind,
            String message,
            @Nullable HandshakeResponse response,
            @Nullable Throwable cause) {}

    private final Opening first;
    private final ConnectSettings settings;
    private final List<String> subprotocols;
    private final Dialing dialing;
    private final EventLoop loop;
    private final Owner owner;
    private final AtomicBoolean told = new AtomicBoolean();
    private final List<UrlRecord> redirects = new ArrayList<>(); // the event loop's
    private volatile @Nullable Attempt attempt;

    /**
     * Prepares a connection; {@link #start} begins it.
     *
     * @param fields further fields of the request, credentials among them
     * @param loop one of those of {@code dialing}
     * @throws IllegalArgumentException if a subprotocol is not a token or there twice
     */
    public Connector(
            UrlRecord url,
            HttpFields fields,
            ConnectSettings settings,
            List<String> subprotocols,
            Dialing dialing,
            EventLoop loop,
            Owner owner) {
        this.first = new Opening(url, fields, false);
        this.settings = settings;
        this.subprotocols = List.copyOf(subprotocols);
        this.dialing = dialing;
        this.loop = loop;
        this.owner = owner;
        request(first);
    }

    public void start() {
        if (!isDecided()) {
            begin(first);
        }
    }

    private void begin(Opening opening) {
        Attempt next = new Attempt(this, opening, loop);
        attempt = next;
        next.start();
    }

    /** Gives up; the owner is told so if it has not been told anything yet. Any thread. */
    public void cancel(String why) {
        fail(CloseKind.TERMINATED, why);
        loop.execute(() -> {
            Attempt current = attempt;
            if (current != null) {
                current.abort();
            }
        });
    }

    // ------------------------------------------------------------------------------------------- for the attempts

    ConnectSettings settings() {
        return settings;
    }

    List<String> subprotocols() {
        return subprotocols;
    }

    Dialing dialing() {
        return dialing;
    }

    Owner owner() {
        return owner;
    }

    /** The request, but for extensions and nonce. */
    ClientHandshake.Builder request(Opening opening) {
        UrlRecord url = opening.url();
        // A port 0 is blocked when connecting.
        ClientHandshake.Builder request = ClientHandshake.builder(url.host(), Math.max(1, url.port()), url.isSecure())
                .target(url.target())
                .fields(opening.fields())
                .subprotocols(subprotocols);
        return settings.origin() == null ? request : request.origin(settings.origin());
    }

    /** Begins anew where the response leads, or fails because it must not. On the event loop. */
    void redirect(Opening from, HandshakeResponse response) {
        if (isDecided()) {
            return;
        }
        redirects.add(from.url().withoutUserInfo());
        Opening next;
        try {
            next = from.redirected(response);
        } catch (Opening.RefusedRedirectException e) {
            failRedirect(response, e.getMessage());
            return;
        }
        if (redirects.contains(next.url())) {
            failRedirect(response, "it leads in a circle: " + wayTo(next));
        } else if (redirects.size() > settings.maxRedirects()) {
            failRedirect(response, "it would be one more than " + settings.maxRedirects() + ": " + wayTo(next));
        } else if (next.elsewhere() && settings.unixSocket() != null) {
            failRedirect(
                    response,
                    "it leads away from the server behind the Unix socket, to "
                            + next.url().origin());
        } else {
            begin(next);
        }
    }

    /** As it may be shown: a query may have a token in it. */
    private String wayTo(Opening next) {
        return Stream.concat(redirects.stream(), Stream.of(next.url()))
                .map(url -> url.origin() + url.path() + (url.query().isEmpty() ? "" : "?..."))
                .collect(Collectors.joining(", "));
    }

    private void failRedirect(HandshakeResponse response, @Nullable String why) {
        fail(
                CloseKind.REFUSED,
                "the redirect with status " + response.status() + " is not followed: " + why,
                response,
                null);
    }

    boolean isDecided() {
        return told.get();
    }

    /** Whether nobody has given up, or been told otherwise, before; from now on nobody can. */
    boolean mayEstablish() {
        return told.compareAndSet(false, true);
    }

    void fail(CloseKind kind, String message) {
        fail(kind, message, null, null);
    }

    void fail(CloseKind kind, String message, @Nullable HandshakeResponse response, @Nullable Throwable cause) {
        if (told.compareAndSet(false, true)) {
            owner.failed(new Failure(kind, message, response, cause));
        }
    }
}
