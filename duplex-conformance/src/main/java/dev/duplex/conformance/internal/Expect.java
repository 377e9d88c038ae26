package dev.duplex.conformance.internal;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.wire.CloseCodes;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is thought of what comes: the one place where verdicts are made. */
final class Expect {
    private Expect() {}

    /** This message next, sent back as it was. */
    static void message(Peer peer, boolean text, byte[] payload) {
        Arrival arrival = peer.next();
        while (arrival instanceof Arrival.Pong) {
            arrival = peer.next(); // unsolicited ones are allowed at any time (RFC 6455 §5.5.3)
        }
        if (arrival instanceof Arrival.Message message) {
            if (!Arrays.equals(message.payload(), payload)) {
                throw peer.fail("expected back the message of " + payload.length + " bytes that was sent, but got a "
                        + message + difference(payload, message.payload()));
            }
            if (message.text() != text) {
                peer.remark(
                        Verdict.INFORMATIONAL,
                        "sends the message back as " + (text ? "binary instead of text" : "text instead of binary"));
            }
        } else if (arrival instanceof Arrival.Close close) {
            throw refused(peer, payload.length, close.frame());
        } else {
            throw peer.fail("expected back the message of " + payload.length + " bytes that was sent, but "
                    + happened(arrival));
        }
    }

    private static String difference(byte[] expected, byte[] came) {
        int at = Arrays.mismatch(expected, came);
        return at < expected.length && at < came.length ? "; they differ from byte " + at + " on" : "";
    }

    /** A message refused by a close frame: peers may have limits, and need not take every type. */
    private static CaseOver refused(Peer peer, int bytes, Frame close) {
        int code = close.closeCode();
        answerClose(peer, close);
        String what = "a message of " + bytes + " bytes with close code " + code
                + (close.closeReason().isEmpty() ? "" : " and the reason " + FrameText.quote(close.closeReason()));
        // RFC 6455 §10.4: limits are advised; 1008, 1011 and 1013 are what some answer to too many frames.
        boolean limit = code == 1009 || ((code == 1008 || code == 1013) && bytes > 65_536);
        if (limit) {
            return new CaseOver(Verdict.INFORMATIONAL, "has a limit of its own: refuses " + what);
        }
        if (code == 1003) {
            return new CaseOver(Verdict.UNIMPLEMENTED, "does not take this type: refuses " + what);
        }
        return peer.fail("refuses " + what);
    }

    /** A pong with this payload. Messages that come before it stay: their order among pongs is left open. */
    static void pong(Peer peer, byte[] payload) {
        List<Arrival> messages = new ArrayList<>();
        Arrival arrival = peer.next();
        while (arrival instanceof Arrival.Pong || arrival instanceof Arrival.Message) {
            if (arrival instanceof Arrival.Pong pong
                    && Arrays.equals(pong.frame().payload(), payload)) {
                peer.putBack(messages);
                return;
            }
            if (arrival instanceof Arrival.Message) {
                messages.add(arrival);
            }
            arrival = peer.next();
        }
        throw peer.fail("expected a pong with the " + payload.length + " bytes of the ping, but " + happened(arrival));
    }

    /** Nothing but what was expected has come by the end of a case. */
    static void nothingLeft(Peer peer) {
        peer.unexpected()
                .ifPresent(message -> peer.remark(Verdict.FAIL, "sends a message that answers nothing: " + message));
    }

    /** A pong with this payload after very many pings, against which a peer may protect itself. */
    static void pongUnlessLimited(Peer peer, byte[] payload) {
        Arrival arrival = peer.next();
        while (arrival instanceof Arrival.Pong pong) {
            if (Arrays.equals(pong.frame().payload(), payload)) {
                return;
            }
            arrival = peer.next();
        }
        if (arrival instanceof Arrival.Close || arrival instanceof Arrival.End) {
            throw new CaseOver(
                    Verdict.INFORMATIONAL, "has a limit of its own: ends the connection, " + happened(arrival));
        }
        throw peer.fail(
                "expected a pong with the " + payload.length + " bytes of the last ping, but " + happened(arrival));
    }

    /**
     * The peer fails the connection (RFC 6455 §7.1.7).
     *
     * @param codes close codes that fit
     * @param echoes how many messages sent before may still come back
     * @param accepted what it means if the peer goes on instead
     * @param section where the rule is
     */
    static void failure(Peer peer, Set<Integer> codes, int echoes, Verdict accepted, String section) {
        int before = echoes;
        while (true) {
            Arrival arrival = peer.next();
            if (arrival instanceof Arrival.Message && before-- > 0) {
                continue;
            }
            if (arrival instanceof Arrival.Close close) {
                closedWith(peer, close.frame(), codes);
                return;
            }
            if (arrival instanceof Arrival.End end) {
                // RFC 6455 §7.1.7: "SHOULD send a Close frame with an appropriate status code".
                peer.remark(
                        Verdict.NON_STRICT,
                        "ends the connection without a close frame; expected " + inWords(codes) + " (RFC 6455 §7.1.7): "
                                + end.how());
                return;
            }
            if (arrival instanceof Arrival.Silence) {
                throw peer.fail(
                        "hangs: neither fails the connection nor goes on; " + happened(arrival) + " (" + section + ")");
            }
            throw new CaseOver(
                    accepted,
                    accepted == Verdict.INFORMATIONAL
                            ? "accepts what it could refuse (" + section + ")"
                            : "does not fail the connection (" + section + "): answers with " + arrival);
        }
    }

    private static void closedWith(Peer peer, Frame close, Set<Integer> codes) {
        int code = close.closeCode();
        if (!codes.contains(code)) {
            String came = code == 1005 ? "no code" : code + meaning(code);
            peer.remark(
                    Verdict.NON_STRICT, "closes with " + came + "; expected " + inWords(codes) + " (RFC 6455 §7.4.1)");
        }
        answerClose(peer, close);
        end(peer);
    }

    private static void answerClose(Peer peer, Frame close) {
        if (!peer.closeSent()) {
            int code = close.closeCode();
            peer.send(CloseCodes.maySend(code) ? Frame.close(code, "") : Frame.close());
        }
    }

    /**
     * The answer to our close frame.
     *
     * @param codes what it should carry; 1005 for none
     */
    static void close(Peer peer, Set<Integer> codes) {
        while (true) {
            Arrival arrival = peer.next();
            if (arrival instanceof Arrival.Close close) {
                int code = close.frame().closeCode();
                if (!codes.contains(code)) {
                    // RFC 6455 §5.5.1: "the endpoint typically echos the status code it received".
                    peer.remark(
                            Verdict.INFORMATIONAL,
                            "answers the close frame with " + (code == 1005 ? "no code" : code + meaning(code))
                                    + " instead of the code that was sent, which is typical (RFC 6455 §5.5.1)");
                }
                end(peer);
                return;
            }
            if (arrival instanceof Arrival.End) {
                throw peer.fail("ends the connection without answering the close frame (RFC 6455 §5.5.1)");
            }
            if (arrival instanceof Arrival.Silence) {
                throw peer.fail("hangs: does not answer the close frame; " + happened(arrival) + " (RFC 6455 §5.5.1)");
            }
        }
    }

    /** The server ends the TCP connection once both close frames are out (RFC 6455 §7.1.1); a client may wait for that. */
    static void end(Peer peer) {
        if (peer.role() == PeerRole.CLIENT) {
            return;
        }
        Arrival arrival = peer.next(peer.settings().patience());
        while (!(arrival instanceof Arrival.End)) {
            if (arrival instanceof Arrival.Silence) {
                peer.remark(
                        Verdict.NON_STRICT, "keeps the TCP connection open after the close frames (RFC 6455 §7.1.1)");
                return;
            }
            arrival = peer.next(peer.settings().patience());
        }
    }

    /** The end of the connection, whatever comes before. */
    static void gone(Peer peer) {
        Arrival arrival = peer.next();
        while (!(arrival instanceof Arrival.End)) {
            if (arrival instanceof Arrival.Silence) {
                throw peer.fail("hangs: keeps the connection open; " + happened(arrival));
            }
            if (arrival instanceof Arrival.Close close) {
                answerClose(peer, close.frame());
                if (peer.role() == PeerRole.CLIENT) {
                    return;
                }
            }
            arrival = peer.next();
        }
    }

    /** Whether the peer fails the connection within its moment, before anything else is sent. */
    static boolean failsNow(Peer peer, Duration patience, Set<Integer> codes) {
        Arrival arrival = peer.next(patience);
        if (arrival instanceof Arrival.Close close) {
            closedWith(peer, close.frame(), codes);
            return true;
        }
        if (arrival instanceof Arrival.End end) {
            peer.remark(
                    Verdict.NON_STRICT,
                    "ends the connection without a close frame; expected " + inWords(codes) + " (RFC 6455 §7.1.7): "
                            + end.how());
            return true;
        }
        if (arrival instanceof Arrival.Message) {
            throw peer.fail("delivers a message that is not complete: " + arrival);
        }
        return false;
    }

    private static String happened(Arrival arrival) {
        if (arrival instanceof Arrival.Silence silence) {
            return "nothing came for " + silence.howLong();
        }
        return arrival instanceof Arrival.End ? arrival.toString() : "got " + arrival;
    }

    private static String meaning(int code) {
        String meaning = CloseCodes.meaning(code);
        return meaning.isEmpty() ? "" : " (" + meaning + ")";
    }

    static String inWords(Set<Integer> codes) {
        List<Integer> sorted = new HashSet<>(codes).stream().sorted().toList();
        return sorted.stream()
                .map(code -> code == 1005 ? "no code" : String.valueOf(code))
                .collect(Collectors.joining(" or "));
    }
}
