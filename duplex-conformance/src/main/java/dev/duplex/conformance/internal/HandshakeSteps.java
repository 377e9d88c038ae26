package dev.duplex.conformance.internal;

import dev.duplex.conformance.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The opening handshake, as every case does it and as some do it by hand. */
final class HandshakeSteps {
    private HandshakeSteps() {}

    // ------------------------------------------------------------------------------------------------- a client's half

    /** Opens the connection by the rules, with what the case asks for. */
    static void open(Peer peer, Case running, int greetings) {
        Optional<DeflateTerms> wanted = running.deflate();
        HttpHead request = Handshake.request(peer.target(), wanted.map(DeflateTerms::offer), running.subprotocols());
        peer.request(request);
        HttpHead response = response(peer);
        if (response.status() != 101) {
            throw peer.fail("refuses the opening handshake: " + response.start());
        }
        Optional<DeflateTerms> agreed = verify(peer, request, response, wanted.orElse(DeflateTerms.DEFAULT));
        if (wanted.isPresent() && agreed.isEmpty()) {
            peer.opened(Optional.empty(), greetings);
            throw new CaseOver(
                    Verdict.UNIMPLEMENTED,
                    "declines permessage-deflate with " + wanted.get().words());
        }
        peer.opened(agreed, greetings);
    }

    static void request(Peer peer, UnaryOperator<HttpHead> change) {
        peer.request(change.apply(Handshake.request(peer.target(), Optional.empty(), List.of())));
    }

    static void requestInPieces(Peer peer) {
        peer.requestInPieces(Handshake.request(peer.target(), Optional.empty(), List.of()), 10);
    }

    private static HttpHead response(Peer peer) {
        return verified(peer, answer(peer));
    }

    private static HttpHead verified(Peer peer, Optional<HttpHead> head) {
        HttpHead response =
                head.orElseThrow(() -> peer.fail("ends the connection without an answer to the opening handshake"));
        if (response.status() < 0) {
            throw peer.fail("answers the opening handshake with what is not HTTP: " + response.start());
        }
        return response;
    }

    private static Optional<HttpHead> answer(Peer peer) {
        Optional<String> head = peer.readHead(Handshake.MAX_HEAD);
        head.ifPresent(text -> peer.log().http("<", text));
        return head.map(HttpHead::parse);
    }

    private static Optional<DeflateTerms> verify(Peer peer, HttpHead request, HttpHead response, DeflateTerms own) {
        for (String fault : Handshake.faults(request, response)) {
            peer.remark(Verdict.FAIL, fault);
        }
        Extension.Agreement agreement = Extension.agreed(
                request.joined("Sec-WebSocket-Extensions"), response.joined("Sec-WebSocket-Extensions"), own);
        if (!agreement.fault().isEmpty()) {
            throw peer.fail(agreement.fault());
        }
        return agreement.terms();
    }

    static void refused(Peer peer, Verdict ifAccepted, String section) {
        refusal(peer, ifAccepted, section);
    }

    private static Optional<HttpHead> refusal(Peer peer, Verdict ifAccepted, String section) {
        Optional<HttpHead> answer = answer(peer);
        if (answer.isEmpty()) {
            peer.remark(
                    Verdict.NON_STRICT,
                    "ends the connection without an HTTP answer; expected an error such as 400 (RFC 6455 §4.2.1)");
            return answer;
        }
        int status = answer.get().status();
        if (status == 101) {
            throw new CaseOver(ifAccepted, "accepts the opening handshake (" + section + ")");
        }
        if (status < 400) {
            peer.remark(
                    Verdict.NON_STRICT,
                    "answers " + answer.get().start() + "; expected an error such as 400 (RFC 6455 §4.2.1)");
        }
        return answer;
    }

    static void refusedNaming(Peer peer, String field, String value, Verdict ifAccepted, String section) {
        Optional<HttpHead> answer = refusal(peer, ifAccepted, section);
        if (answer.isPresent() && !answer.get().hasToken(field, value)) {
            throw peer.fail("the answer has no " + field + ": " + value + " (" + section + "): "
                    + answer.get().start());
        }
    }

    static void accepted(Peer peer, Verdict ifRefused, String section) {
        Optional<HttpHead> head = answer(peer);
        if (head.isEmpty() && ifRefused != Verdict.FAIL) {
            throw new CaseOver(ifRefused, "ends the connection without an answer (" + section + ")");
        }
        HttpHead response = verified(peer, head);
        if (response.status() != 101) {
            throw new CaseOver(ifRefused, "refuses the opening handshake: " + response.start() + " (" + section + ")");
        }
        peer.opened(verify(peer, peer.request(), response, DeflateTerms.DEFAULT), peer.greetings());
    }

    static void declined(Peer peer, Verdict ifAccepted, String why, String section) {
        Optional<HttpHead> head = answer(peer);
        if (head.isEmpty()) {
            peer.remark(
                    Verdict.NON_STRICT, "ends the connection without an HTTP answer to an offer that it could decline");
            return;
        }
        HttpHead response = verified(peer, head);
        if (response.status() == 101) {
            Optional<String> answer = response.joined("Sec-WebSocket-Extensions");
            if (answer.isPresent()) {
                throw new CaseOver(
                        ifAccepted, "accepts an offer that " + why + ", with " + answer.get() + " (" + section + ")");
            }
            peer.opened(verify(peer, peer.request(), response, DeflateTerms.DEFAULT), peer.greetings());
        }
    }

    // ------------------------------------------------------------------------------------------------- a server's half

    /** Accepts a client's request by the rules, with what the case asks for. */
    static void accept(Peer peer, Case running) {
        Optional<DeflateTerms> wanted = running.deflate();
        Optional<String> offer = peer.request().joined("Sec-WebSocket-Extensions");
        Extension.Agreement agreement =
                wanted.map(terms -> Extension.answerable(offer, terms)).orElse(Extension.Agreement.NONE);
        Optional<DeflateTerms> terms = agreement.terms();
        peer.sendHttp(Handshake.response(peer.request(), terms.map(DeflateTerms::answer))
                .text());
        peer.opened(terms, 0);
        if (!agreement.fault().isEmpty()) {
            throw new CaseOver(Verdict.UNIMPLEMENTED, agreement.fault());
        }
    }

    static void respond(Peer peer, UnaryOperator<HttpHead> change) {
        peer.sendHttp(change.apply(Handshake.response(peer.request(), Optional.empty()))
                .text());
        peer.opened(Optional.empty(), 0);
    }

    /** RFC 6455 §4.1: the client fails the connection; a close frame would come from one that took it for open. */
    static void rejected(Peer peer, String section) {
        Arrival arrival = peer.next();
        if (arrival instanceof Arrival.End) {
            return;
        }
        if (arrival instanceof Arrival.Close close) {
            peer.remark(
                    Verdict.NON_STRICT,
                    "takes the connection for open and closes it, with " + close + " (" + section + ")");
            return;
        }
        throw peer.fail(
                arrival instanceof Arrival.Silence
                        ? "neither leaves nor speaks: takes the connection for open, or hangs (" + section + ")"
                        : "takes the connection for open: sends a " + arrival + " (" + section + ")");
    }
}
