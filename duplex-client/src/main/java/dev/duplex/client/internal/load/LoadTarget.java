package dev.duplex.client.internal.load;

import dev.duplex.client.WebSocketOptions;
import dev.duplex.client.internal.ConnectSettings;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.core.handshake.HttpFields;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Where connections go, and with what; checked once for all of them. */
public final class LoadTarget {
    /** Set by the API's package, which lets nobody else see what is in its options. */
    private static volatile @Nullable BiFunction<String, WebSocketOptions, LoadTarget> reader;

    private final UrlRecord url;
    private final HttpFields fields;
    private final ConnectSettings settings;
    private final List<String> subprotocols;

    public LoadTarget(UrlRecord url, HttpFields fields, ConnectSettings settings, List<String> subprotocols) {
        this.url = url;
        this.fields = fields;
        this.settings = settings;
        this.subprotocols = subprotocols;
    }

    /** Who knows the way from options to targets. */
    public static void readBy(BiFunction<String, WebSocketOptions, LoadTarget> knowing) {
        reader = knowing;
    }

    /**
     * A target. Of the options, executor and observer are without effect.
     *
     * @throws dev.duplex.client.DOMException.SyntaxError as the constructor of a WebSocket does
     */
    public static LoadTarget of(String url, WebSocketOptions options) {
        return Objects.requireNonNull(reader, "WebSocketOptions sets it").apply(url, options);
    }

    UrlRecord url() {
        return url;
    }

    HttpFields fields() {
        return fields;
    }

    ConnectSettings settings() {
        return settings;
    }

    List<String> subprotocols() {
        return subprotocols;
    }
}
