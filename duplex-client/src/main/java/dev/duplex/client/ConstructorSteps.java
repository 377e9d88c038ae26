package dev.duplex.client;

import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.Dialing;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.core.handshake.HttpFields;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The steps of the standard's constructor that throw: what is made of the URL, the subprotocols and the options. */
final class ConstructorSteps {
    /** All before the host that may be a name and a password, whether the URL is one or not. */
    private static final Pattern USER_INFO = Pattern.compile("(?s)^([^:/?#\\\\]*:[/\\\\]+)?.*@");

    /** An at sign where no authority is any more. */
    private static final Pattern AT_SIGN_TOO_LATE =
            Pattern.compile("(?s)^([^:/?#\\\\]*:[/\\\\]*)?[^/?#\\\\]*[/?#\\\\].*@.*");

    private ConstructorSteps() {}

    /** The URL to connect to, of scheme ws or wss and without a fragment. */
    static UrlRecord urlRecord(String url, @Nullable UrlRecord baseUrl) {
        UrlRecord record = parsed("URL", url, baseUrl);
        // "If urlRecord's scheme is "http", then set urlRecord's scheme to "ws". Otherwise, if urlRecord's scheme is
        // "https", set urlRecord's scheme to "wss". If urlRecord's scheme is not "ws" or "wss", then throw a
        // "SyntaxError" DOMException."
        record = switch (record.scheme()) {
            case "http" -> record.withScheme("ws");
            case "https" -> record.withScheme("wss");
            case "ws", "wss" -> record;
            default ->
                throw new DOMException.SyntaxError(
                        "the URL's scheme must be ws, wss, http or https but was " + record.scheme());
        };
        // "If urlRecord's fragment is non-null, then throw a "SyntaxError" DOMException."
        if (record.fragment() != null) {
            throw new DOMException.SyntaxError("the URL must have no fragment but \"" + masked(url)
                    + "\" has one; write %23 for a number sign that is meant");
        }
        return record;
    }

    /** What other URLs are relative to, of any scheme. */
    static UrlRecord baseUrl(String url) {
        return parsed("base URL", url, null);
    }

    private static UrlRecord parsed(String what, String url, @Nullable UrlRecord baseUrl) {
        try {
            // "Let urlRecord be the result of applying the URL parser to url with baseURL. If urlRecord is failure,
            // then throw a "SyntaxError" DOMException."
            return UrlRecord.parse(url, baseUrl);
        } catch (UrlRecord.InvalidUrlException e) {
            // What the parser takes for a host or a port may be a piece of a password then.
            String why = AT_SIGN_TOO_LATE.matcher(url).matches()
                    ? "a slash, question mark or number sign in a name or password must be percent-encoded"
                    : e.getMessage();
            throw new DOMException.SyntaxError("the " + what + " \"" + masked(url) + "\" is not valid: " + why);
        }
    }

    /** The URL as it may be shown and logged. */
    static String masked(String url) {
        return USER_INFO.matcher(url).replaceFirst("$1***@");
    }

    /** What will establish the connection. */
    static Connector connector(
            UrlRecord url, WebSocketOptions options, List<String> protocols, EventLoop loop, Connector.Owner owner) {
        HttpFields fields = fields(url, options);
        try {
            // "If any of the values in protocols occur more than once or otherwise fail to match the requirements for
            // elements that comprise the value of `Sec-WebSocket-Protocol` fields as defined by The WebSocket protocol,
            // then throw a "SyntaxError" DOMException."
            return new Connector(url, fields, options.settings(), protocols, Dialing.ofThisJvm(), loop, owner);
        } catch (IllegalArgumentException e) {
            throw new DOMException.SyntaxError(String.valueOf(e.getMessage()));
        }
    }

    /** The same, for who makes many connections to one URL past this API. */
    static LoadTarget loadTarget(String url, WebSocketOptions options) {
        UrlRecord record = urlRecord(url, options.baseUrl());
        return new LoadTarget(record, fields(record, options), options.settings(), options.protocols());
    }

    private static HttpFields fields(UrlRecord url, WebSocketOptions options) {
        HttpFields fields = options.settings().fields();
        if (url.userInfo().isEmpty() || options.hasCredentials()) {
            return fields;
        }
        try {
            String user = url.decodedUserInfo();
            return fields.toBuilder()
                    .add("Authorization", WebSocketOptions.basicCredentials(user.indexOf(':') < 0 ? user + ":" : user))
                    .build();
        } catch (UrlRecord.InvalidUrlException e) {
            throw new DOMException.SyntaxError("name and password in the URL are not UTF-8");
        }
    }
}
