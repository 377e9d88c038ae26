package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import java.util.LinkedHashMap;
import java.util.Map;

/** Negotiation of permessage-deflate (RFC 7692 §7.1): offers that are right, wrong and many. */
final class DeflateOffers {
    private DeflateOffers() {}

    static void declare(CaseList cases) {
        wrong(cases);
        right(cases);
        others(cases);
    }

    private static void wrong(CaseList cases) {
        Map<String, String> offers = new LinkedHashMap<>();
        offers.put("unknown-parameter", "; unknown");
        offers.put("unknown-value", "; unknown=1");
        offers.put("server-bits-7", "; server_max_window_bits=7");
        offers.put("server-bits-16", "; server_max_window_bits=16");
        offers.put("server-bits-0", "; server_max_window_bits=0");
        offers.put("server-bits-leading-zero", "; server_max_window_bits=09");
        offers.put("server-bits-negative", "; server_max_window_bits=-9");
        offers.put("server-bits-word", "; server_max_window_bits=many");
        offers.put("server-bits-missing", "; server_max_window_bits");
        offers.put("client-bits-7", "; client_max_window_bits=7");
        offers.put("client-bits-16", "; client_max_window_bits=16");
        offers.put("client-bits-leading-zero", "; client_max_window_bits=08");
        offers.put("client-bits-word", "; client_max_window_bits=x");
        offers.put("server-context-value", "; server_no_context_takeover=1");
        offers.put("client-context-value", "; client_no_context_takeover=true");
        offers.put("server-bits-twice", "; server_max_window_bits=10; server_max_window_bits=10");
        offers.put("client-bits-twice", "; client_max_window_bits; client_max_window_bits=10");
        offers.put("server-context-twice", "; server_no_context_takeover; server_no_context_takeover");
        offers.forEach((name, params) -> {
            // A number is understood with a zero before it, too.
            Verdict ifAccepted = name.endsWith("leading-zero") ? Verdict.NON_STRICT : Verdict.FAIL;
            offer(
                            cases,
                            "declined-" + name,
                            "A wrong offer is declined.",
                            "RFC 7692 §7.1",
                            "permessage-deflate" + params)
                    .declined(ifAccepted, "breaks the rules for parameters");
            if (ifAccepted == Verdict.FAIL) {
                offer(
                                cases,
                                "fallback-" + name,
                                "A wrong offer is passed over for the right one behind it.",
                                "RFC 7692 §5.1",
                                "permessage-deflate" + params + ", permessage-deflate; client_no_context_takeover")
                        // A server may refuse whom it likes.
                        .accepted(Verdict.INFORMATIONAL)
                        .echo(Frame.text("Hello"));
            }
        });
    }

    private static void right(CaseList cases) {
        Map<String, String> offers = new LinkedHashMap<>();
        offers.put("plain", "permessage-deflate");
        offers.put("client-bits", "permessage-deflate; client_max_window_bits");
        offers.put("client-bits-10", "permessage-deflate; client_max_window_bits=10");
        offers.put("server-bits-15", "permessage-deflate; server_max_window_bits=15");
        offers.put("quoted-value", "permessage-deflate; server_max_window_bits=\"12\"");
        offers.put(
                "everything",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=11");
        offers.put("no-spaces", "permessage-deflate;client_max_window_bits;server_no_context_takeover");
        offers.put("many-spaces", "permessage-deflate  ;  client_max_window_bits  ;  server_max_window_bits=12");
        offers.put("empty-elements", ", ,permessage-deflate, ,");
        offers.put(
                "several",
                "permessage-deflate; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate");
        offers.forEach((name, offer) -> {
            CaseBuilder rule = offer(
                    cases,
                    "right-" + name,
                    "A right offer is accepted or declined by the rules.",
                    "RFC 7692 §7.1",
                    offer);
            if (name.equals("several")) {
                rule.autobahn("13.7");
            }
            // Empty elements of lists are old grammar (RFC 2616 §2.1), which RFC 6455 uses.
            rule.accepted(name.equals("empty-elements") ? Verdict.NON_STRICT : Verdict.FAIL)
                    .echo(Frame.text("Hello"))
                    .echo(Frame.text(Payloads.json(1, 5000)));
        });
        cases.rule("deflate-offer.two-fields", "Offers may stand in two fields.", "RFC 6455 §9.1")
                .request(
                        "with permessage-deflate in the second of two Sec-WebSocket-Extensions fields",
                        head -> head.plus("Sec-WebSocket-Extensions", "x-unknown")
                                .plus("Sec-WebSocket-Extensions", "permessage-deflate"))
                .accepted(Verdict.FAIL)
                .echo(Frame.text("Hello"));
    }

    private static void others(CaseList cases) {
        offer(
                        cases,
                        "unknown-extension",
                        "An extension that nobody knows is not accepted.",
                        "RFC 6455 §9.1",
                        "x-unknown; a=1")
                .accepted(Verdict.FAIL)
                .echo(Frame.text("Hello"));
        offer(
                        cases,
                        "unknown-first",
                        "An extension that nobody knows does not hide the next one.",
                        "RFC 6455 §9.1",
                        "x-unknown, permessage-deflate")
                .accepted(Verdict.FAIL)
                .echo(Frame.text("Hello"));
        offer(
                        cases,
                        "frame-deflate",
                        "The forerunner x-webkit-deflate-frame may be ignored.",
                        "RFC 6455 §9.1",
                        "x-webkit-deflate-frame")
                .accepted(Verdict.FAIL)
                .echo(Frame.text("Hello"));
        Map<String, String> malformed = new LinkedHashMap<>();
        malformed.put("open-quote", "permessage-deflate; server_max_window_bits=\"12");
        malformed.put("equals-alone", "permessage-deflate; =10");
        malformed.put("no-name", "; server_max_window_bits=10");
        malformed.put("space-in-name", "permessage deflate");
        malformed.forEach((name, value) -> offer(
                        cases,
                        "malformed-" + name,
                        "A field against the grammar agrees on nothing.",
                        "RFC 6455 §9.1",
                        value)
                .declined(Verdict.FAIL, "breaks the grammar"));
    }

    private static CaseBuilder offer(CaseList cases, String name, String sentence, String section, String offer) {
        return cases.rule("deflate-offer." + name, sentence, section)
                .request(
                        "with Sec-WebSocket-Extensions: " + offer,
                        head -> head.plus("Sec-WebSocket-Extensions", offer));
    }
}
