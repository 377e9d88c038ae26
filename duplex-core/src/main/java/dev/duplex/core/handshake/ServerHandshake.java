package dev.duplex.core.handshake;

import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The server's half of the opening handshake over HTTP/1.1 (RFC 6455 §4.2): whether a request is one, and the answer
 * that accepts it. Whether the server wants this client (origin, path, credentials) is decided between the two.
 */
public final class ServerHandshake {
    /** The only version there is (RFC 6455 §4.1, item 9). */
    static final String VERSION = "13";

    /** The rules in the order in which they are checked; the first broken one is the answer. */
    private static final List<Rule> RULES = List.of(
            ServerHandshake::method,
            ServerHandshake::httpVersion,
            ServerHandshake::target,
            ServerHandshake::noBody,
            ServerHandshake::host,
            ServerHandshake::upgrade,
            ServerHandshake::connection,
            // Before the key, so that clients of the drafts, which had other keys, learn which version to speak.
            ServerHandshake::version,
            ServerHandshake::key,
            ServerHandshake::origin,
            ServerHandshake::subprotocols);

    private ServerHandshake() {}

    /** What {@link #validate} finds: {@link Valid} or {@link Refused}. */
    public sealed interface Result {}

    /**
     * The request is an opening handshake that may be accepted.
     *
     * @param request the request itself
     * @param key the value of {@code Sec-WebSocket-Key}
     * @param host the value of {@code Host}
     * @param origin the value of {@code Origin}, unparsed; browsers send one (RFC 6455 §10.2)
     * @param subprotocols the subprotocols offered, the client's favourite first
     * @param extensions the extensions offered, in order
     */
    public record Valid(
            HandshakeRequest request,
            String key,
            String host,
            Optional<String> origin,
            List<String> subprotocols,
            List<ExtensionElement> extensions)
            implements Result {
        public Valid {
            subprotocols = List.copyOf(subprotocols);
            extensions = List.copyOf(extensions);
        }
    }

    /**
     * The request breaks a rule.
     *
     * @param reason one sentence: what was expected, what came, which section says so; safe to log and to show
     * @param response the answer to send, after which the connection is to be closed
     */
    public record Refused(String reason, HandshakeResponse response) implements Result {}

    private interface Rule {
        /** The refusal, or null if the request keeps the rule. */
        @Nullable
        Refused check(HandshakeRequest request);
    }

    /** Checks a request against RFC 6455 §4.2.1 and what of HTTP it rests on. Never throws for what a client sent. */
    public static Result validate(HandshakeRequest request) {
        for (Rule rule : RULES) {
            Refused refused = rule.check(request);
            if (refused != null) {
                return refused;
            }
        }
        HttpFields fields = request.fields();
        ExtensionList extensions = ExtensionList.parse(fields.values("Sec-WebSocket-Extensions"));
        if (extensions instanceof ExtensionList.Parsed parsed) {
            return new Valid(
                    request,
                    fields.first("Sec-WebSocket-Key").orElseThrow(),
                    fields.first("Host").orElseThrow(),
                    fields.first("Origin"),
                    fields.tokens("Sec-WebSocket-Protocol"),
                    parsed.elements());
        }
        String reason = ((ExtensionList.Malformed) extensions).reason();
        return refuse(400, "Sec-WebSocket-Extensions: " + reason + " (RFC 6455 §9.1).");
    }

    /**
     * The answer that accepts the handshake (RFC 6455 §4.2.2, item 5).
     *
     * @param request the handshake
     * @param subprotocol the subprotocol to speak, one of those offered, or null for none
     * @param extensions the extensions to use with the parameters agreed on, in the order in which they are applied;
     *     each must have been offered
     * @param fields further fields, such as cookies
     * @return a 101 with no body
     * @throws IllegalArgumentException if the subprotocol or an extension was not offered, an extension is there twice,
     *     or a further field is one that the handshake sets itself or that a 101 must not have
     */
    public static HandshakeResponse accept(
            Valid request, @Nullable String subprotocol, List<ExtensionElement> extensions, HttpFields fields) {
        HttpFields.Builder answer = HttpFields.builder()
                .add("Upgrade", "websocket")
                .add("Connection", "Upgrade")
                .add("Sec-WebSocket-Accept", AcceptKey.of(request.key()));
        if (subprotocol != null) {
            if (!request.subprotocols().contains(subprotocol)) {
                throw new IllegalArgumentException("the subprotocol must be one that the client offered, "
                        + request.subprotocols() + ", or null for none, but was " + Grammar.quote(subprotocol)
                        + " (RFC 6455 §4.2.2)");
            }
            answer.add("Sec-WebSocket-Protocol", subprotocol);
        }
        if (!extensions.isEmpty()) {
            requireOffered(extensions, request.extensions());
            answer.add("Sec-WebSocket-Extensions", ExtensionList.format(extensions));
        }
        fields.forEach((name, value) -> {
            if (isReserved(name)) {
                throw new IllegalArgumentException("the field " + name + " belongs to the handshake itself or must not"
                        + " be in a 101 response: leave it out of the further fields (RFC 6455 §4.2.2, RFC 9110 §8.6)");
            }
        });
        return new HandshakeResponse(101, answer.addAll(fields).build(), "");
    }

    private static void requireOffered(List<ExtensionElement> agreed, List<ExtensionElement> offered) {
        Set<String> names = new HashSet<>();
        for (ExtensionElement extension : agreed) {
            if (offered.stream().noneMatch(offer -> offer.name().equals(extension.name()))) {
                throw new IllegalArgumentException("an extension must be one that the client offered, "
                        + offered.stream().map(ExtensionElement::name).toList() + ", but was "
                        + Grammar.quote(extension.name()) + " (RFC 6455 §9.1)");
            }
            if (!names.add(extension.name())) {
                throw new IllegalArgumentException("an extension must be agreed on once but "
                        + Grammar.quote(extension.name()) + " is there more than once (RFC 6455 §9.1)");
            }
        }
    }

    /** Fields of a handshake that applications may not set: its own, and those that announce a body. */
    static boolean isReserved(String name) {
        return List.of("upgrade", "connection", "content-length", "transfer-encoding")
                        .contains(Grammar.lowerCase(name))
                || Grammar.lowerCase(name).startsWith("sec-websocket-");
    }

    // RFC 6455 §4.1, item 2: the method must be GET.
    private static @Nullable Refused method(HandshakeRequest request) {
        if (request.method().equals("GET")) {
            return null;
        }
        Refused refused = refuse(
                405,
                "The method must be GET but was " + Grammar.quote(request.method()) + " (RFC 6455 §4.1).",
                HttpFields.of("Allow", "GET"));
        // RFC 9110 §9.3.2: the response to HEAD has no content.
        return request.method().equals("HEAD") ? withoutBody(refused) : refused;
    }

    // RFC 6455 §4.1, item 2: at least HTTP/1.1. RFC 9110 §15.6.6: 505 is about the major version, so that HTTP/1.0, of
    // the major version this server speaks, is answered with 400 (as RFC 6455 §4.2.1 does in general), HTTP/2 with 505.
    private static @Nullable Refused httpVersion(HandshakeRequest request) {
        String version = request.httpVersion();
        String got = " but was " + Grammar.quote(version);
        // RFC 9112 §2.3: HTTP-version = "HTTP/" DIGIT "." DIGIT
        if (version.length() != 8
                || !version.startsWith("HTTP/")
                || !Grammar.isDigit(version.charAt(5))
                || version.charAt(6) != '.'
                || !Grammar.isDigit(version.charAt(7))) {
            return refuse(
                    400, "The version must be HTTP/ with two digits and a point between" + got + " (RFC 9112 §2.3).");
        }
        char major = version.charAt(5);
        if (major > '1') {
            return refuse(
                    505,
                    "The version must be HTTP/1.1" + got
                            + "; later major versions open a WebSocket with CONNECT (RFC 8441, RFC 9220).");
        }
        if (major < '1' || version.charAt(7) == '0') {
            return refuse(
                    400,
                    "The version must be HTTP/1.1 or later" + got
                            + "; a proxy in between may need to be told to speak HTTP/1.1 (RFC 6455 §4.1).");
        }
        return null;
    }

    // RFC 6455 §4.2.1, item 1: the Request-URI is a path with a query, or an absolute http or https URI.
    private static @Nullable Refused target(HandshakeRequest request) {
        String target = request.target();
        String got = " but was " + Grammar.quote(target);
        if (!Grammar.isVisible(target) || target.indexOf('#') >= 0) {
            return refuse(
                    400, "The request target must be visible US-ASCII without a fragment" + got + " (RFC 9112 §3.2).");
        }
        if (target.startsWith("/")) {
            return null;
        }
        // RFC 9112 §3.2.2: servers accept the absolute form; §3.2: its authority is the same as in the Host field.
        int endOfScheme = target.indexOf("://");
        String scheme = endOfScheme < 0 ? "" : Grammar.lowerCase(target.substring(0, endOfScheme));
        if (!List.of("http", "https", "ws", "wss").contains(scheme)) {
            return refuse(
                    400,
                    "The request target must start with \"/\" or be an absolute http or https URI" + got
                            + " (RFC 6455 §4.2.1).");
        }
        int end = endOfScheme + 3;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        String authority = target.substring(endOfScheme + 3, end);
        Optional<String> host = request.fields().first("Host");
        if (host.isPresent() && !Grammar.equalsIgnoreCase(authority, host.get())) {
            return refuse(
                    400,
                    "The request target must name the same host as the Host field, " + Grammar.quote(host.get()) + ","
                            + got + " (RFC 9112 §3.2).");
        }
        return null;
    }

    // A handshake has no body, and one that is announced must not be waited for, nor read as the first frames.
    private static @Nullable Refused noBody(HandshakeRequest request) {
        if (request.fields().has("Transfer-Encoding")) {
            return refuse(400, "A handshake must have no body but came with Transfer-Encoding (RFC 9112 §6.1).");
        }
        List<String> lengths = request.fields().values("Content-Length");
        if (lengths.isEmpty() || (lengths.size() == 1 && isZero(lengths.get(0)))) {
            return null;
        }
        return refuse(
                400,
                "A handshake must have no body but came with Content-Length "
                        + Grammar.quote(String.join(", ", lengths)) + " (RFC 9112 §6.2).");
    }

    private static boolean isZero(String digits) {
        return !digits.isEmpty() && digits.chars().allMatch(c -> c == '0');
    }

    // RFC 9112 §3.2: 400 unless there is exactly one Host with a valid value.
    private static @Nullable Refused host(HandshakeRequest request) {
        List<String> hosts = request.fields().values("Host");
        if (hosts.size() != 1) {
            return refuse(
                    400, "The request must have exactly one Host field but has " + hosts.size() + " (RFC 9112 §3.2).");
        }
        if (Authority.parse(hosts.get(0)).isEmpty()) {
            return refuse(
                    400,
                    "Host must be a name or an address, IPv6 in brackets, with a port of 0 to 65535 if any,"
                            + " but was " + Grammar.quote(hosts.get(0)) + " (RFC 9110 §7.2).");
        }
        return null;
    }

    // RFC 6455 §4.2.1, item 3: an Upgrade field with the value "websocket", case aside.
    private static @Nullable Refused upgrade(HandshakeRequest request) {
        if (Grammar.containsIgnoreCase(request.fields().tokens("Upgrade"), "websocket")) {
            return null;
        }
        String was = request.fields().was("Upgrade");
        return upgradeRequired("Upgrade must contain websocket but " + was + " (RFC 6455 §4.2.1).", HttpFields.EMPTY);
    }

    // RFC 6455 §4.2.1, item 4: a Connection field that includes the token "Upgrade", case aside.
    private static @Nullable Refused connection(HandshakeRequest request) {
        if (Grammar.containsIgnoreCase(request.fields().tokens("Connection"), "upgrade")) {
            return null;
        }
        String was = request.fields().was("Connection");
        return refuse(
                400,
                "Connection must contain Upgrade but " + was
                        + "; a proxy in between may have replaced it (RFC 6455 §4.2.1).");
    }

    // RFC 6455 §4.2.1, item 6, and §4.2.2, item 4: any other version gets 426 and the version we speak.
    // §11.3.5: not more than once in a request.
    private static @Nullable Refused version(HandshakeRequest request) {
        List<String> versions = request.fields().values("Sec-WebSocket-Version");
        if (versions.size() != 1) {
            return refuse(
                    400,
                    "The request must have exactly one Sec-WebSocket-Version field but has " + versions.size()
                            + " (RFC 6455 §4.1).");
        }
        if (!versions.get(0).equals(VERSION)) {
            return upgradeRequired(
                    "Sec-WebSocket-Version must be 13 but was " + Grammar.quote(versions.get(0))
                            + " (RFC 6455 §4.2.2).",
                    HttpFields.of("Sec-WebSocket-Version", VERSION));
        }
        return null;
    }

    // RFC 6455 §4.2.1, item 5, and §11.3.1: one key, base64 of 16 bytes.
    private static @Nullable Refused key(HandshakeRequest request) {
        List<String> keys = request.fields().values("Sec-WebSocket-Key");
        if (keys.size() != 1) {
            return refuse(
                    400,
                    "The request must have exactly one Sec-WebSocket-Key field but has " + keys.size()
                            + " (RFC 6455 §4.2.1).");
        }
        if (!isKey(keys.get(0))) {
            return refuse(
                    400,
                    "Sec-WebSocket-Key must be 16 bytes in base64 but was " + Grammar.quote(keys.get(0))
                            + " (RFC 6455 §4.2.1).");
        }
        return null;
    }

    private static boolean isKey(String key) {
        // 16 bytes are 24 characters; the decoder alone would let the padding be left out.
        if (key.length() != 24) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    // RFC 6454 §7.3: a user agent must not send more than one Origin field.
    private static @Nullable Refused origin(HandshakeRequest request) {
        int origins = request.fields().values("Origin").size();
        return origins <= 1
                ? null
                : refuse(
                        400, "The request must have at most one Origin field but has " + origins + " (RFC 6454 §7.3).");
    }

    // RFC 6455 §4.1, item 10: one or more tokens, all unique.
    private static @Nullable Refused subprotocols(HandshakeRequest request) {
        if (!request.fields().has("Sec-WebSocket-Protocol")) {
            return null;
        }
        List<String> offered = request.fields().tokens("Sec-WebSocket-Protocol");
        Optional<String> error = offered.isEmpty()
                ? Optional.of("expected at least one subprotocol but the list is empty")
                : Subprotocols.findError(offered);
        return error.map(found -> refuse(400, "Sec-WebSocket-Protocol: " + found + " (RFC 6455 §4.1)."))
                .orElse(null);
    }

    // RFC 9110 §15.5.22: a 426 names the protocol in Upgrade; §7.8: Upgrade goes with its Connection option.
    private static Refused upgradeRequired(String reason, HttpFields further) {
        HttpFields upgrade = HttpFields.of("Upgrade", "websocket", "Connection", "Upgrade, close");
        return refuse(426, reason, upgrade.toBuilder().addAll(further).build());
    }

    private static Refused refuse(int status, String reason) {
        return refuse(status, reason, HttpFields.EMPTY);
    }

    private static Refused refuse(int status, String reason, HttpFields further) {
        HandshakeResponse text = HandshakeResponse.text(status, reason + "\n");
        HttpFields.Builder fields = text.fields().toBuilder();
        further.forEach(fields::set);
        return new Refused(reason, new HandshakeResponse(status, fields.build(), text.body()));
    }

    private static Refused withoutBody(Refused refused) {
        HandshakeResponse response = refused.response();
        HttpFields fields = response.fields().toBuilder()
                .remove("Content-Type")
                .set("Content-Length", "0")
                .build();
        return new Refused(refused.reason(), new HandshakeResponse(response.status(), fields, ""));
    }
}
