package dev.duplex.client.internal;

import dev.duplex.client.Proxy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that the environment names, in curl's meaning: the variable of the scheme in lower case before upper case,
 * {@code http_proxy} in lower case only, then {@code all_proxy}; {@code no_proxy} above them all. An empty variable is
 * none.
 */
public final class ProxyEnvironment implements ProxyChoice {
    // HTTP_PROXY in upper case is what a CGI program finds if a client sends the field "Proxy" ("httpoxy").
    private static final List<String> FOR_WS = List.of("ws_proxy", "WS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY");
    private static final List<String> FOR_WSS =
            List.of("wss_proxy", "WSS_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");
    private static final List<String> EXCEPTIONS = List.of("no_proxy", "NO_PROXY");

    private final @Nullable Proxy forWs;
    private final @Nullable Proxy forWss;
    private final NoProxy exceptions;

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException if one does not name a proxy
     */
    public ProxyEnvironment(Map<String, String> environment) {
        forWs = proxy(environment, FOR_WS);
        forWss = proxy(environment, FOR_WSS);
        String name = firstSet(environment, EXCEPTIONS);
        exceptions = NoProxy.parse(name == null ? "" : environment.getOrDefault(name, ""));
    }

    private static @Nullable Proxy proxy(Map<String, String> environment, List<String> names) {
        String name = firstSet(environment, names);
        if (name == null) {
            return null;
        }
        try {
            return Proxy.parse(environment.getOrDefault(name, "").strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the environment variable " + name + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable String firstSet(Map<String, String> environment, List<String> names) {
        for (String name : names) {
            if (!environment.getOrDefault(name, "").isBlank()) {
                return name;
            }
        }
        return null;
    }

    @Override
    public @Nullable Proxy forUrl(UrlRecord url) {
        Proxy proxy = url.isSecure() ? forWss : forWs;
        return proxy == null || exceptions.contains(url.hostName(), url.port()) ? null : proxy;
    }
}
