package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.internal.DeflateTerms;
import dev.duplex.conformance.internal.HttpHead;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.Opcode;

/**
 * What attacks have done to servers, in a measure that a sound one does not feel; they run on request only. Their names
 * have the rows of docs/security.md. The standard demands limits in general (RFC 6455 §10.4) and names none, so to have
 * none is informational.
 */
final class Hostile {
    private static final String LIMITS = "RFC 6455 §10.4";
    private static final String GIB = "0000000040000000";

    private Hostile() {}

    static void declare(CaseList cases) {
        handshakes(cases);
        frames(cases);
        floods(cases);
    }

    private static void handshakes(CaseList cases) {
        rule(cases, "hostile.h01-fields-2000", "An opening handshake of 2,000 header fields is refused.", LIMITS)
                .request("with 2,000 header fields", head -> fields(head, 2_000))
                .refused(Verdict.INFORMATIONAL);
        rule(cases, "hostile.h01-fields-100000", "An opening handshake of 100,000 header fields is refused.", LIMITS)
                .request("with 100,000 header fields", head -> fields(head, 100_000))
                .refused(Verdict.INFORMATIONAL);
        rule(
                        cases,
                        "hostile.h07-spaces",
                        "A subprotocol with 7,000 spaces in it is refused, and takes no time.",
                        "RFC 6455 §4.1")
                .request(
                        "with 7,000 spaces in Sec-WebSocket-Protocol",
                        head -> head.with("Sec-WebSocket-Protocol", "b" + " ".repeat(7_000) + "x"))
                .refused(Verdict.INFORMATIONAL);
        rule(
                        cases,
                        "hostile.h10-body",
                        "An opening handshake that announces a body of 1 GB is refused before it comes.",
                        "RFC 6455 §4.1")
                .request("with Content-Length: 1000000000", head -> head.with("Content-Length", "1000000000"))
                .refused(Verdict.INFORMATIONAL);
    }

    private static HttpHead fields(HttpHead head, int number) {
        return head.plusLine("A: b" + "\r\nA: b".repeat(number - 1));
    }

    private static void frames(CaseList cases) {
        rule(cases, "hostile.f01-2-to-the-63", "A message of 2^63-1 bytes is refused on its header.", LIMITS)
                .sendHeader("82", "7fffffffffffffff", "a binary message of 2^63-1 bytes")
                .failsNowOr(Verdict.INFORMATIONAL, 1009, 1002, 1008);
        rule(cases, "hostile.f02-1-gib", "A message of 1 GiB is refused on its header.", LIMITS)
                .sendHeader("82", GIB, "a binary message of 1 GiB")
                .failsNowOr(Verdict.INFORMATIONAL, 1009, 1002, 1008);
        rule(
                        cases,
                        "hostile.f07-opcode-1-gib",
                        "A frame of a reserved opcode is refused on its header, 1 GiB or not.",
                        "RFC 6455 §5.2")
                .sendHeader("83", GIB, "a frame of opcode 3 and 1 GiB")
                .failsNowOr(Verdict.NON_STRICT, 1002);
        rule(
                        cases,
                        "hostile.f08-ping-1-gib",
                        "A ping of more than 125 bytes is refused on its header.",
                        "RFC 6455 §5.5")
                .sendHeader("89", GIB, "a ping of 1 GiB")
                .failsNowOr(Verdict.NON_STRICT, 1002);
        rule(cases, "hostile.c01-bomb", "A message of 64 KiB that inflates to 64 MiB is refused.", LIMITS)
                .deflate(DeflateTerms.DEFAULT)
                .sendBomb(64)
                .failsOr(Verdict.INFORMATIONAL, 1009, 1008);
    }

    private static void floods(CaseList cases) {
        rule(cases, "hostile.f09-tiny-fragments", "A message of fragments of one byte has an end.", LIMITS)
                .send(Frame.text("a").more())
                .flood(50_000, Frame.continuation("a").more())
                .failsNowOr(Verdict.INFORMATIONAL, 1008, 1009, 1002);
        rule(cases, "hostile.f10-empty-fragments", "A message of empty fragments has an end.", LIMITS)
                .send(Frame.text("a").more())
                .flood(50_000, Frame.continuation("").more())
                .failsNowOr(Verdict.INFORMATIONAL, 1008, 1009, 1002);
        rule(cases, "hostile.f14-pongs", "Pongs that nobody asked for are ignored, 20,000 too.", "RFC 6455 §5.5.3")
                .flood(20_000, Frame.of(Opcode.PONG, new byte[125]))
                .staysOpen();
    }

    private static CaseBuilder rule(CaseList cases, String id, String sentence, String section) {
        return cases.rule(id, sentence, section).only(PeerRole.SERVER).heavy();
    }
}
