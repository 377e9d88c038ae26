package dev.duplex.client.internal;

import dev.duplex.client.Proxy;
import org.jspecify.annotations.Nullable;

/** Which proxy leads to a URL. */
@FunctionalInterface
public interface ProxyChoice {
    /** None, for any URL. */
    ProxyChoice NONE = url -> null;

    /** The proxy, or null if the server is to be reached without one. */
    @Nullable
    Proxy forUrl(UrlRecord url);
}
