package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.internal.HttpHead;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** Answers of servers to an opening handshake, right and wrong (RFC 6455 §4.1). */
final class OpeningResponses {
    private static final String SECTION = "RFC 6455 §4.1";
    private static final String ACCEPT = "Sec-WebSocket-Accept";
    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol";

    private OpeningResponses() {}

    static void declare(CaseList cases) {
        right(cases);
        wrong(cases);
        extensions(cases);
    }

    private static void right(CaseList cases) {
        right(
                cases,
                "field-names-upper-case",
                "The case of field names does not matter.",
                "with field names in upper case",
                HttpHead::shouting);
        right(
                cases,
                "upgrade-upper-case",
                "The case of websocket does not matter.",
                "with Upgrade: WEBSOCKET",
                head -> head.with("Upgrade", "WEBSOCKET"));
        right(
                cases,
                "connection-lower-case",
                "The case of upgrade does not matter.",
                "with Connection: upgrade",
                head -> head.with("Connection", "upgrade"));
        right(
                cases,
                "connection-list",
                "Connection is a list.",
                "with Connection: keep-alive, Upgrade",
                head -> head.with("Connection", "keep-alive, Upgrade"));
        right(
                cases,
                "other-reason",
                "The reason phrase does not matter.",
                "with another reason phrase",
                head -> head.start("HTTP/1.1 101 Web Socket Protocol Handshake"));
        right(
                cases,
                "no-reason",
                "The reason phrase may be empty.",
                "without a reason phrase",
                head -> head.start("HTTP/1.1 101 "));
        right(
                cases,
                "unknown-field",
                "A field that nobody knows is ignored.",
                "with X-Unknown: 1",
                head -> head.plus("X-Unknown", "1"));
        String hello = new String(FrameWriter.bytes(Frame.text("Hello")), StandardCharsets.ISO_8859_1);
        cases.rule("response.frame-behind-head", "A frame may come right behind the response.", SECTION)
                .respond("with a text frame in the same segment", head -> head.after(hello))
                .expect("Hello");
    }

    private static void wrong(CaseList cases) {
        wrong(
                cases,
                "accept-wrong",
                "The accept value must fit the key.",
                "with another " + ACCEPT,
                head -> head.with(ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        wrong(
                cases,
                "accept-missing",
                "A response has an accept value.",
                "without " + ACCEPT,
                head -> head.without(ACCEPT));
        wrong(
                cases,
                "accept-case",
                "The case of the accept value matters.",
                "with " + ACCEPT + " in the other case",
                head -> head.with(ACCEPT, swapped(head.joined(ACCEPT).orElse(""))));
        wrong(
                cases,
                "upgrade-missing",
                "A response names websocket in Upgrade.",
                "without Upgrade",
                head -> head.without("Upgrade"));
        wrong(
                cases,
                "upgrade-other",
                "A response names websocket in Upgrade.",
                "with Upgrade: h2c",
                head -> head.with("Upgrade", "h2c"));
        wrong(
                cases,
                "connection-missing",
                "A response names Upgrade in Connection.",
                "without Connection",
                head -> head.without("Connection"));
        wrong(
                cases,
                "connection-other",
                "A response names Upgrade in Connection.",
                "with Connection: close",
                head -> head.with("Connection", "close"));
        wrong(
                cases,
                "status-200",
                "Only 101 opens a connection.",
                "with the status 200",
                // Without a length, a body goes on until the connection ends (RFC 9112 §6.3), for which a client may
                // wait.
                head -> head.start("HTTP/1.1 200 OK").plus("Content-Length", "0"));
        wrong(
                cases,
                "status-400",
                "Only 101 opens a connection.",
                "with the status 400",
                head -> head.start("HTTP/1.1 400 Bad Request").plus("Content-Length", "0"));
        wrong(
                cases,
                "status-503",
                "Only 101 opens a connection.",
                "with the status 503",
                head -> head.start("HTTP/1.1 503 Service Unavailable").plus("Content-Length", "0"));
        wrong(
                cases,
                "not-http",
                "Only HTTP opens a connection.",
                "with what is no HTTP",
                head -> head.start("WS/1.3 101 Fine"));
        wrong(
                cases,
                "subprotocol-not-offered",
                "A subprotocol must have been offered.",
                "with " + PROTOCOL + ": x-not-offered",
                head -> head.with(PROTOCOL, "x-not-offered"));
    }

    private static String swapped(String text) {
        StringBuilder swapped = new StringBuilder();
        for (char c : text.toCharArray()) {
            swapped.append(Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c));
        }
        return swapped.toString();
    }

    private static void extensions(CaseList cases) {
        String[][] answers = {
            {"unknown", "x-not-offered"},
            {"unknown-parameter", "permessage-deflate; unknown"},
            {"server-bits-7", "permessage-deflate; server_max_window_bits=7"},
            {"server-bits-16", "permessage-deflate; server_max_window_bits=16"},
            {"server-bits-missing", "permessage-deflate; server_max_window_bits"},
            {"client-bits-missing", "permessage-deflate; client_max_window_bits"},
            {"context-value", "permessage-deflate; server_no_context_takeover=1"},
            {"parameter-twice", "permessage-deflate; server_no_context_takeover; server_no_context_takeover"},
            {"twice", "permessage-deflate, permessage-deflate"},
        };
        for (String[] answer : answers) {
            String section = switch (answer[0]) {
                case "unknown" -> SECTION;
                case "twice" -> "RFC 7692 §5"; // both would use RSV1
                default -> "RFC 7692 §5.1";
            };
            cases.rule(
                            "response.extension-" + answer[0],
                            "An answer that does not fit the offer fails the connection.",
                            section)
                    .respond("with " + EXTENSIONS + ": " + answer[1], head -> head.with(EXTENSIONS, answer[1]))
                    .rejected();
        }
    }

    private static void wrong(
            CaseList cases, String name, String sentence, String says, UnaryOperator<HttpHead> change) {
        cases.rule("response." + name, sentence, SECTION).respond(says, change).rejected();
    }

    private static CaseBuilder right(
            CaseList cases, String name, String sentence, String says, UnaryOperator<HttpHead> change) {
        return cases.rule("response." + name, sentence, SECTION)
                .respond(says, change)
                .echo(Frame.text("Hello"));
    }
}
