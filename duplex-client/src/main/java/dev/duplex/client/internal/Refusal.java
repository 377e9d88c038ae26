package dev.duplex.client.internal;

import dev.duplex.core.handshake.HandshakeResponse;

/** What a refusal of the opening handshake asks for, in words. */
final class Refusal {
    private static final int MAX_SHOWN = 200;

    private Refusal() {}

    /** A sentence that follows others, or "". */
    static String hint(HandshakeResponse response) {
        if (Opening.isRedirect(response)) {
            return " Redirects are not followed, unless WebSocketOptions.followRedirects says so"
                    + said(response, "Location", "; this one leads to ") + ".";
        }
        return switch (response.status()) {
            case 401 -> said(response, "WWW-Authenticate", " It wants to know who asks, by ");
            case 426 ->
                " It wants another protocol" + said(response, "Upgrade", ", ")
                        + said(response, "Sec-WebSocket-Version", ", of WebSocket the version ") + ".";
            default -> "";
        };
    }

    private static String said(HandshakeResponse response, String field, String before) {
        return response.fields()
                .first(field)
                .map(ResponseHead::printable)
                .map(text -> before + (text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text))
                .orElse("");
    }
}
