package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.internal.HttpHead;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Opening handshakes of clients, right and wrong (RFC 6455 §4.1 and §4.2). */
final class OpeningRequests {
    private static final String SECTION = "RFC 6455 §4.2.1";
    private static final String KEY = "Sec-WebSocket-Key";
    private static final String VERSION = "Sec-WebSocket-Version";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol";

    private OpeningRequests() {}

    static void declare(CaseList cases) {
        requestLine(cases);
        host(cases);
        upgrade(cases);
        key(cases);
        version(cases);
        subprotocol(cases);
        grammar(cases);
        early(cases);
    }

    private static void requestLine(CaseList cases) {
        for (String method : new String[] {"POST", "PUT", "HEAD", "OPTIONS", "DELETE", "get"}) {
            wrong(
                    cases,
                    "method-" + (method.equals("get") ? "lower-case" : method.toLowerCase(Locale.ROOT)),
                    "The method must be GET.",
                    "with the method " + method,
                    head -> head.start(head.start().replaceFirst("GET", method)));
        }
        wrong(
                cases,
                "http-1.0",
                "The version must be HTTP/1.1 or later.",
                "as HTTP/1.0",
                head -> head.start(head.start().replace("HTTP/1.1", "HTTP/1.0")));
        wrong(
                cases,
                "http-0.9",
                "The version must be HTTP/1.1 or later.",
                "as HTTP/0.9",
                head -> head.start(head.start().replace("HTTP/1.1", "HTTP/0.9")));
        wrong(
                cases,
                "http-2.0-text",
                "HTTP/2 is not spoken as text.",
                "as HTTP/2.0",
                Verdict.INFORMATIONAL,
                head -> head.start(head.start().replace("HTTP/1.1", "HTTP/2.0")));
        wrong(
                cases,
                "http-garbage",
                "What is no HTTP is refused.",
                "with the version WS/1.3",
                head -> head.start(head.start().replace("HTTP/1.1", "WS/1.3")));
        wrong(
                cases,
                "body",
                "A handshake with a body may be refused.",
                "with Content-Length: 5, and a body",
                Verdict.INFORMATIONAL,
                head -> head.plus("Content-Length", "5").after("Hello"));
        wrong(
                cases,
                "body-chunked",
                "A handshake with a body may be refused.",
                "with Transfer-Encoding: chunked, and a body",
                Verdict.INFORMATIONAL,
                head -> head.plus("Transfer-Encoding", "chunked").after("5\r\nHello\r\n0\r\n\r\n"));
    }

    private static void host(CaseList cases) {
        wrong(cases, "host-missing", "A request has a Host.", "without Host", head -> head.without("Host"));
        wrong(
                cases,
                "host-twice",
                "A request has one Host.",
                "with two Host fields",
                head -> head.plus("Host", "other.example"),
                "RFC 9112 §3.2",
                Verdict.FAIL);
        wrong(
                cases,
                "host-invalid",
                "A Host is a name or an address.",
                "with the Host \"a b\"",
                head -> head.with("Host", "a b"),
                "RFC 9112 §3.2",
                Verdict.FAIL);
    }

    private static void upgrade(CaseList cases) {
        wrong(
                cases,
                "upgrade-missing",
                "A request asks for websocket in Upgrade.",
                "without Upgrade",
                head -> head.without("Upgrade"));
        wrong(
                cases,
                "upgrade-other",
                "A request asks for websocket in Upgrade.",
                "with Upgrade: h2c",
                head -> head.with("Upgrade", "h2c"));
        wrong(
                cases,
                "upgrade-prefix",
                "A longer word is not websocket.",
                "with Upgrade: websocket2",
                head -> head.with("Upgrade", "websocket2"));
        right(
                cases,
                "upgrade-upper-case",
                "The case of websocket does not matter.",
                "with Upgrade: WEBSOCKET",
                head -> head.with("Upgrade", "WEBSOCKET"));
        right(
                cases,
                "upgrade-mixed-case",
                "The case of websocket does not matter.",
                "with Upgrade: WebSocket",
                head -> head.with("Upgrade", "WebSocket"));
        rightOr(
                cases,
                "upgrade-list",
                "Upgrade is a list.",
                "with Upgrade: h2c, websocket",
                Verdict.INFORMATIONAL,
                head -> head.with("Upgrade", "h2c, websocket"));
        wrong(
                cases,
                "connection-missing",
                "A request names Upgrade in Connection.",
                "without Connection",
                head -> head.without("Connection"));
        wrong(
                cases,
                "connection-keep-alive",
                "A request names Upgrade in Connection.",
                "with Connection: keep-alive",
                head -> head.with("Connection", "keep-alive"));
        wrong(
                cases,
                "connection-close",
                "A request names Upgrade in Connection.",
                "with Connection: close",
                head -> head.with("Connection", "close"));
        wrong(
                cases,
                "connection-longer-word",
                "A longer word is not Upgrade.",
                "with Connection: upgraded",
                head -> head.with("Connection", "upgraded"));
        right(
                cases,
                "connection-lower-case",
                "The case of upgrade does not matter.",
                "with Connection: upgrade",
                head -> head.with("Connection", "upgrade"));
        right(
                cases,
                "connection-list",
                "Connection is a list, as Firefox sends it.",
                "with Connection: keep-alive, Upgrade",
                head -> head.with("Connection", "keep-alive, Upgrade"));
        right(
                cases,
                "connection-list-tight",
                "A list needs no spaces.",
                "with Connection: keep-alive,Upgrade,x",
                head -> head.with("Connection", "keep-alive,Upgrade,x"));
        right(
                cases,
                "connection-two-fields",
                "A list may stand in two fields.",
                "with Connection: keep-alive, then Connection: Upgrade",
                head -> head.with("Connection", "keep-alive").plus("Connection", "Upgrade"));
    }

    private static void key(CaseList cases) {
        wrong(cases, "key-missing", "A request has a key.", "without " + KEY, head -> head.without(KEY));
        // §4.2.2, item 4: "It is not necessary for the server to base64-decode" it.
        wrong(
                cases,
                "key-empty",
                "A key is 16 bytes in base64.",
                "with an empty key",
                Verdict.NON_STRICT,
                head -> head.with(KEY, ""));
        wrong(
                cases,
                "key-short",
                "A key is 16 bytes in base64.",
                "with a key of 15 bytes",
                Verdict.NON_STRICT,
                head -> head.with(KEY, "AAAAAAAAAAAAAAAAAAAA"));
        wrong(
                cases,
                "key-long",
                "A key is 16 bytes in base64.",
                "with a key of 17 bytes",
                Verdict.NON_STRICT,
                head -> head.with(KEY, "AAAAAAAAAAAAAAAAAAAAAAA="));
        wrong(
                cases,
                "key-not-base64",
                "A key is 16 bytes in base64.",
                "with a key that is no base64",
                Verdict.NON_STRICT,
                head -> head.with(KEY, "!!!!!!!!!!!!!!!!!!!!!!=="));
        wrong(
                cases,
                "key-twice",
                "A request has one key.",
                "with two keys",
                head -> head.plus(KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
                "RFC 6455 §11.3.1");
        right(
                cases,
                "key-of-the-standard",
                "The key of the standard's example is answered with s3pPLMBiTxaQ9kYGzzhZRbK+xOo=.",
                "with the key dGhlIHNhbXBsZSBub25jZQ==",
                head -> head.with(KEY, "dGhlIHNhbXBsZSBub25jZQ=="));
        right(
                cases,
                "key-with-spaces",
                "Spaces around a value do not count.",
                "with spaces around the key",
                head -> head.with(KEY, "   dGhlIHNhbXBsZSBub25jZQ==  "));
    }

    private static void version(CaseList cases) {
        String rule = "Another version is refused, and 13 is named.";
        for (String version : new String[] {"0", "7", "8", "12", "14", "255"}) {
            cases.rule("opening.version-" + version, rule, "RFC 6455 §4.2.2")
                    .request("with " + VERSION + ": " + version, head -> head.with(VERSION, version))
                    // §4.4: a server may know several; 7 and 8 were drafts with nearly the same frames.
                    .refusedNaming(
                            VERSION, "13", List.of("7", "8").contains(version) ? Verdict.INFORMATIONAL : Verdict.FAIL);
        }
        wrong(
                cases,
                "version-missing",
                "A request has a version.",
                "without " + VERSION,
                head -> head.without(VERSION));
        wrong(
                cases,
                "version-word",
                "A version is a number.",
                "with " + VERSION + ": thirteen",
                head -> head.with(VERSION, "thirteen"));
        wrong(
                cases,
                "version-leading-zero",
                "A version has no leading zero.",
                "with " + VERSION + ": 013",
                Verdict.NON_STRICT,
                head -> head.with(VERSION, "013"));
        wrong(
                cases,
                "version-list",
                "A request has one version.",
                "with " + VERSION + ": 13, 8",
                Verdict.NON_STRICT,
                head -> head.with(VERSION, "13, 8"));
        wrong(
                cases,
                "version-twice",
                "A request has one version.",
                "with " + VERSION + " twice",
                head -> head.plus(VERSION, "8"),
                "RFC 6455 §11.3.5");
    }

    private static void subprotocol(CaseList cases) {
        right(
                cases,
                "subprotocol-unknown",
                "A subprotocol that nobody knows is not chosen, or the handshake is refused.",
                "offering the subprotocol x-unknown-to-all",
                head -> head.plus(PROTOCOL, "x-unknown-to-all"),
                Verdict.INFORMATIONAL);
        right(
                cases,
                "subprotocol-list",
                "What is chosen is one of those offered.",
                "offering chat and superchat",
                head -> head.plus(PROTOCOL, "chat, superchat"),
                Verdict.INFORMATIONAL);
        right(
                cases,
                "subprotocol-two-fields",
                "Offers may stand in two fields.",
                "offering chat and superchat in two fields",
                head -> head.plus(PROTOCOL, "chat").plus(PROTOCOL, "superchat"),
                Verdict.INFORMATIONAL);
        wrong(
                cases,
                "subprotocol-empty",
                "An offer has at least one name.",
                "with an empty " + PROTOCOL,
                Verdict.NON_STRICT,
                head -> head.plus(PROTOCOL, ""));
        wrong(
                cases,
                "subprotocol-twice",
                "The names offered are all different.",
                "offering chat twice",
                Verdict.NON_STRICT,
                head -> head.plus(PROTOCOL, "chat, chat"));
        wrong(
                cases,
                "subprotocol-no-token",
                "A subprotocol is a token.",
                "offering \"a b\"",
                Verdict.NON_STRICT,
                head -> head.plus(PROTOCOL, "a b"));
    }

    private static void grammar(CaseList cases) {
        right(
                cases,
                "field-names-upper-case",
                "The case of field names does not matter.",
                "with field names in upper case",
                HttpHead::shouting);
        right(
                cases,
                "unknown-field",
                "A field that nobody knows is ignored.",
                "with X-Unknown: 1",
                head -> head.plus("X-Unknown", "1"));
        right(cases, "many-fields", "A few dozen fields are nothing unusual.", "with 40 fields more", head -> {
            HttpHead changed = head;
            for (int i = 0; i < 40; i++) {
                changed = changed.plus("X-Field-" + i, "value " + i);
            }
            return changed;
        });
        right(
                cases,
                "cookie-4096",
                "A cookie of 4,000 bytes is nothing unusual.",
                "with a Cookie of 4,000 bytes",
                head -> head.plus("Cookie", "a=" + "x".repeat(3998)));
        right(
                cases,
                "no-space-after-colon",
                "A value needs no space before it.",
                "without spaces after colons",
                head -> new HttpHead(
                        head.start(),
                        head.fields().stream()
                                .map(line -> line.replaceFirst(": ", ":"))
                                .toList(),
                        head.after()));
        wrong(
                cases,
                "no-colon",
                "A field line has a colon.",
                "with a line without colon",
                head -> head.plusLine("this is no field"),
                "RFC 9112 §5");
        wrong(
                cases,
                "space-before-colon",
                "No space stands before a colon.",
                "with a space before the colon of a field",
                head -> head.plusLine("X-Field : 1"),
                "RFC 9112 §5.1",
                Verdict.FAIL);
        wrong(
                cases,
                "folded-line",
                "Lines are not folded.",
                "with a folded line",
                Verdict.INFORMATIONAL,
                head -> head.plusLine("X-Field: 1\r\n 2"));
        wrong(
                cases,
                "nul-in-value",
                "A value with NUL is refused, or NUL replaced.",
                "with NUL in a value",
                head -> head.plus("X-Field", "a\u0000b"),
                "RFC 9110 §5.5",
                Verdict.INFORMATIONAL);
    }

    private static void early(CaseList cases) {
        String hello = latin1(Frame.text("Hello").masked(0x37FA213D));
        // §4.1: a client "MUST wait for a response from the server before sending any further data". What a server does
        // with
        // frames that come before is left open.
        String rule = "Frames right behind the handshake, too early, may be read or passed over.";
        cases.rule("opening.frame-behind-head", rule, "RFC 6455 §4.1")
                .request("with a text frame in the same segment", head -> head.after(hello))
                .accepted(Verdict.INFORMATIONAL)
                .mayExpect(Frame.text("Hello"))
                .staysOpen();
        String three = latin1(Frame.text("one").masked(1))
                + latin1(Frame.ping("two").masked(2))
                + latin1(Frame.text("three").masked(3));
        cases.rule("opening.frames-behind-head", rule, "RFC 6455 §4.1")
                .request("with three frames in the same segment", head -> head.after(three))
                .accepted(Verdict.INFORMATIONAL)
                .mayExpectPong("two")
                .mayExpect(Frame.text("one"))
                .mayExpect(Frame.text("three"));
        cases.rule("opening.in-pieces", "A handshake may arrive byte by byte.", "RFC 9112 §2.2")
                .requestInPieces()
                .accepted(Verdict.FAIL)
                .echo(Frame.text("Hello"));
        cases.rule("opening.plain-get", "A plain GET is no opening handshake.", SECTION)
                .request(
                        "without any field of WebSocket",
                        head -> head.without("Upgrade")
                                .without("Connection")
                                .without(KEY)
                                .without(VERSION)
                                .plus("Connection", "close"))
                .refused(Verdict.FAIL);
    }

    private static String latin1(Frame frame) {
        return new String(FrameWriter.bytes(frame), StandardCharsets.ISO_8859_1);
    }

    private static void wrong(
            CaseList cases, String name, String sentence, String says, UnaryOperator<HttpHead> change) {
        wrong(cases, name, sentence, says, Verdict.FAIL, change);
    }

    private static void wrong(
            CaseList cases, String name, String sentence, String says, UnaryOperator<HttpHead> change, String section) {
        wrong(cases, name, sentence, says, change, section, Verdict.NON_STRICT);
    }

    private static void wrong(
            CaseList cases,
            String name,
            String sentence,
            String says,
            UnaryOperator<HttpHead> change,
            String section,
            Verdict ifAccepted) {
        cases.rule("opening." + name, sentence, section).request(says, change).refused(ifAccepted);
    }

    private static void wrong(
            CaseList cases,
            String name,
            String sentence,
            String says,
            Verdict ifAccepted,
            UnaryOperator<HttpHead> change) {
        cases.rule("opening." + name, sentence, SECTION).request(says, change).refused(ifAccepted);
    }

    private static void right(
            CaseList cases, String name, String sentence, String says, UnaryOperator<HttpHead> change) {
        right(cases, name, sentence, says, change, Verdict.FAIL).echo(Frame.text("Hello"));
    }

    private static void rightOr(
            CaseList cases,
            String name,
            String sentence,
            String says,
            Verdict ifRefused,
            UnaryOperator<HttpHead> change) {
        right(cases, name, sentence, says, change, ifRefused).echo(Frame.text("Hello"));
    }

    private static CaseBuilder right(
            CaseList cases,
            String name,
            String sentence,
            String says,
            UnaryOperator<HttpHead> change,
            Verdict ifRefused) {
        return cases.rule("opening." + name, sentence, SECTION)
                .only(PeerRole.SERVER)
                .request(says, change)
                .accepted(ifRefused);
    }
}
