package dev.duplex.conformance.internal;

import dev.duplex.conformance.CaseInfo;
import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameText;
import dev.duplex.conformance.wire.FrameWriter;
import dev.duplex.conformance.wire.Opcode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.Deflater;

/**
 * Declares a case: what is sent and what is expected, in order. The same declaration checks servers and clients: frames
 * are masked or not as the end that is played has to.
 */
public final class CaseBuilder {
    /** What a large message is written in, if nothing else is asked for. */
    private static final int SEGMENT = 16 * 1024;

    private final String id;
    private final String sentence;
    private final String section;
    private Optional<String> autobahn = Optional.empty();
    private Set<PeerRole> roles = EnumSet.allOf(PeerRole.class);
    private Optional<DeflateTerms> deflate = Optional.empty();
    private List<String> subprotocols = List.of();
    private boolean byHand;
    private boolean needsEcho;
    private boolean heavy;
    private final List<Step> steps = new ArrayList<>();

    CaseBuilder(String id, String sentence, String section) {
        this.id = id;
        this.sentence = sentence;
        this.section = section;
    }

    Case build() {
        CaseInfo info = new CaseInfo(
                id,
                sentence,
                section,
                autobahn,
                roles,
                steps.stream().map(Step::says).toList());
        return new Case(info, deflate, subprotocols, byHand, needsEcho, heavy, List.copyOf(steps));
    }

    // ---------------------------------------------------------------------------------------------------------- about

    /** The case of the Autobahn test suite that this one corresponds to. */
    public CaseBuilder autobahn(String number) {
        autobahn = Optional.of(number);
        return this;
    }

    /** For one end only. */
    public CaseBuilder only(PeerRole role) {
        roles = EnumSet.of(role);
        return this;
    }

    /** Moves much data. */
    public CaseBuilder heavy() {
        heavy = true;
        return this;
    }

    /** Asks for permessage-deflate; a peer that does not agree does not implement the case. */
    public CaseBuilder deflate(DeflateTerms terms) {
        deflate = Optional.of(terms);
        return this;
    }

    /** Offers subprotocols, if a client is played. */
    public CaseBuilder subprotocols(String... offered) {
        subprotocols = List.of(offered);
        return this;
    }

    // -------------------------------------------------------------------------------------------------------- sending

    /** Sends frames, each in a segment of its own. */
    public CaseBuilder send(Frame... frames) {
        for (Frame frame : frames) {
            step("send " + shown(frame), peer -> peer.send(frame));
        }
        return this;
    }

    /** Sends frames in one segment. */
    public CaseBuilder sendTogether(Frame... frames) {
        List<Frame> all = List.of(frames);
        return step("send in one segment " + shown(all), peer -> peer.sendInPieces(all, Integer.MAX_VALUE));
    }

    /** Sends frames in pieces of so many bytes, wherever they end. */
    public CaseBuilder sendChopped(int bytes, Frame... frames) {
        List<Frame> all = List.of(frames);
        return step(
                "send in pieces of " + (bytes == 1 ? "1 byte " : bytes + " bytes ") + shown(all),
                peer -> peer.sendInPieces(all, bytes));
    }

    /** Sends a frame masked as the other end would have to. */
    public CaseBuilder sendWronglyMasked(Frame frame) {
        return step(
                "send, masked where it must not be or not where it must, " + shown(frame),
                peer -> peer.sendAsIs(peer.role() == PeerRole.SERVER ? frame.unmasked() : frame.masked(0x37FA213D)));
    }

    /** Sends a frame with this masking key, if a client is played. */
    public CaseBuilder sendMaskedWith(int key, Frame frame) {
        return step(
                "send with masking key " + String.format("%08x ", key) + shown(frame),
                peer -> peer.sendAsIs(peer.role() == PeerRole.SERVER ? frame.masked(key) : frame));
    }

    /** Compresses a message and sends it in one frame. */
    public CaseBuilder sendCompressed(Frame message) {
        return step("compress and send " + shown(message), peer -> peer.send(peer.compressed(message)));
    }

    /** Compresses a message and sends it in frames with so many bytes of the compressed payload. */
    public CaseBuilder sendCompressedIn(int bytes, Frame message) {
        return step(
                "compress and send in frames of " + bytes + " bytes " + shown(message),
                peer -> fragments(peer.compressed(message), bytes).forEach(peer::send));
    }

    /** Ends the case here if the peer has asked us not to refer to messages before. */
    public CaseBuilder needsContext() {
        return step("go on if we may refer to messages before", peer -> {
            if (!peer.deflate().orElse(DeflateTerms.DEFAULT).ownKeeps()) {
                throw new CaseOver(
                        Verdict.INFORMATIONAL, "asks us to refer to no message before, which leaves nothing to check");
            }
        });
    }

    /** Compresses a message, sends it and expects it back. */
    public CaseBuilder echoCompressed(Frame message) {
        return sendCompressed(message).expect(message);
    }

    /** Sends a frame in two segments, the first one of so many bytes. */
    public CaseBuilder sendCut(int bytes, Frame frame) {
        return step("send, cut after " + bytes + " bytes and with a pause there, " + shown(frame), peer -> {
            Frame dressed = peer.dressed(frame);
            byte[] all = FrameWriter.bytes(dressed);
            int cut = Math.min(bytes, all.length);
            peer.sendBytes(Arrays.copyOf(all, cut), "the beginning of " + dressed);
            peer.pause(Duration.ofMillis(3));
            if (cut < all.length) {
                peer.sendBytes(Arrays.copyOfRange(all, cut, all.length), "the rest of it");
            }
        });
    }

    /** Sends bytes that are no frame. */
    public CaseBuilder sendBytes(byte[] bytes, String what) {
        return step("send " + what + " (" + FrameText.hex(bytes) + ")", peer -> peer.sendBytes(bytes, what));
    }

    /** Sends the header of a frame and the first byte of a payload of which the rest never comes. */
    public CaseBuilder sendHeader(String firstByte, String length, String what) {
        return step(
                "send the header and one byte of " + what + " (" + firstByte + " ff " + length + " ...)",
                peer -> peer.sendBytes(
                        HexFormat.of().parseHex(firstByte + "ff" + length + "00000000" + "61"),
                        "the header and one byte of " + what));
    }

    /** Sends a frame so many times. */
    public CaseBuilder flood(int times, Frame frame) {
        return step(times + " times: send " + shown(frame), peer -> {
            byte[] one = FrameWriter.bytes(peer.dressed(frame));
            byte[] all = new byte[times * one.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = one[i % one.length];
            }
            peer.sendBytes(all, times + " times " + frame);
        });
    }

    /** Sends a compressed message of zeros that inflates to so many MiB. */
    public CaseBuilder sendBomb(int mebibytes) {
        return step("send a compressed message that inflates to " + mebibytes + " MiB of zeros", peer -> {
            Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
            byte[] zeros = new byte[1 << 20];
            byte[] out = new byte[mebibytes * 1100 + 100];
            int length = 0;
            for (int i = 1; i <= mebibytes; i++) {
                deflater.setInput(zeros);
                int flush = i < mebibytes ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
                length += deflater.deflate(out, length, out.length - length, flush);
            }
            deflater.end();
            // RFC 7692 §7.2.1: without the last four bytes of the flush
            byte[] payload = Arrays.copyOf(out, length - 4);
            peer.send(Frame.binary(payload).reserved(Frame.RSV1));
        });
    }

    /** Expects that the peer fails the connection now with one of these close codes; to wait and see is this. */
    public CaseBuilder failsNowOr(Verdict ifNot, Integer... codes) {
        Set<Integer> set = Set.of(codes);
        return step(
                "expect that the connection fails: close " + Expect.inWords(set) + ", end; to wait is " + ifNot.word(),
                peer -> {
                    if (!Expect.failsNow(peer, peer.settings().patience(), set)) {
                        throw new CaseOver(ifNot, "waits for more (" + section + ")");
                    }
                });
    }

    /** Waits. */
    public CaseBuilder pause(Duration time) {
        return step("wait " + Settings.words(time), peer -> peer.pause(time));
    }

    /** Gives the peer a moment to refuse, which it need not. */
    public CaseBuilder mayRefuse() {
        return step(
                "wait a moment whether it is refused, which is left open",
                peer -> peer.next(peer.settings().patience()));
    }

    /** Cuts a frame into fragments with so many bytes of payload each. */
    static List<Frame> fragments(Frame frame, int bytes) {
        List<Frame> fragments = new ArrayList<>();
        byte[] payload = frame.payload();
        int i = 0;
        do {
            byte[] part = Arrays.copyOfRange(payload, i, Math.min(payload.length, i + bytes));
            Frame fragment =
                    i == 0 ? Frame.of(frame.opcode(), part).reserved(frame.reservedBits()) : Frame.continuation(part);
            i += part.length;
            fragments.add(i < payload.length ? fragment.more() : fragment);
        } while (i < payload.length);
        return fragments;
    }

    /** Ends our direction of the TCP connection. */
    public CaseBuilder endOutput() {
        return step("end our direction of the TCP connection", Peer::endOutput);
    }

    // ------------------------------------------------------------------------------------------------------ expecting

    /** Sends a message and expects it back. */
    public CaseBuilder echo(Frame message) {
        return send(message).expect(message);
    }

    /** Expects this message, whole or in fragments, compressed or not. */
    public CaseBuilder expect(Frame message) {
        return expect(message.opcode() == Opcode.TEXT, message.payload(), shown(message));
    }

    /** Expects this message, which the peer may have passed over: that is left open. */
    public CaseBuilder mayExpect(Frame message) {
        needsEcho = true;
        boolean text = message.opcode() == Opcode.TEXT;
        return step("expect " + shown(message) + "; to pass over it is informational", peer -> {
            Optional<Arrival> came = peer.peek(peer.settings().patience());
            if (came.isEmpty() || came.get() instanceof Arrival.Close || came.get() instanceof Arrival.End) {
                throw new CaseOver(Verdict.INFORMATIONAL, "passes over what came before its answer (" + section + ")");
            }
            Expect.message(peer, text, message.payload());
        });
    }

    /** Expects a pong to a ping that the peer may have passed over: that is left open. */
    public CaseBuilder mayExpectPong(String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return step("expect " + shown(Frame.of(Opcode.PONG, bytes)) + "; to pass over it is informational", peer -> {
            try {
                Expect.pong(peer, bytes);
            } catch (CaseOver over) {
                throw new CaseOver(Verdict.INFORMATIONAL, "passes over what came before its answer (" + section + ")");
            }
        });
    }

    /** Expects this text. */
    public CaseBuilder expect(String text) {
        return expect(Frame.text(text));
    }

    private CaseBuilder expect(boolean text, byte[] payload, String shown) {
        needsEcho = true;
        return step("expect " + shown, peer -> Expect.message(peer, text, payload));
    }

    /** Sends a large message, made when the case runs, in fragments or pieces, and expects it back. */
    public CaseBuilder echoLarge(boolean text, int size, String how, Supplier<byte[]> payload, LargeSend sender) {
        needsEcho = true;
        heavy = heavy || size > 262_144;
        return step(
                "send a " + (text ? "text" : "binary") + " message of " + size + " bytes" + how + ", expect it back",
                peer -> {
                    byte[] bytes = payload.get();
                    sender.send(peer, Frame.of(text ? Opcode.TEXT : Opcode.BINARY, bytes));
                    Expect.message(peer, text, bytes);
                });
    }

    /** Sends a message and expects it back, so many times. */
    public CaseBuilder roundTrips(int times, Frame message) {
        needsEcho = true;
        heavy = true;
        return step(times + " times: send and expect " + shown(message), peer -> {
            for (int i = 0; i < times; i++) {
                peer.send(message);
                Expect.message(peer, message.opcode() == Opcode.TEXT, message.payload());
            }
        });
    }

    /** How a large message is sent. */
    public interface LargeSend {
        void send(Peer peer, Frame message);
    }

    /** One frame in one go. */
    public static LargeSend whole() {
        return Peer::send;
    }

    /** In frames of so many bytes of payload. */
    public static LargeSend fragmented(int bytes) {
        return (peer, message) -> peer.sendInPieces(fragments(message, bytes), SEGMENT);
    }

    /** In segments of so many bytes. */
    public static LargeSend chopped(int bytes) {
        return (peer, message) -> peer.sendInPieces(List.of(message), bytes);
    }

    /** Expects a pong with this payload. */
    public CaseBuilder expectPong(byte[] payload) {
        return step("expect " + shown(Frame.of(Opcode.PONG, payload)), peer -> Expect.pong(peer, payload));
    }

    /** Expects a pong with this payload. */
    public CaseBuilder expectPong(String payload) {
        return expectPong(payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Expects a pong with this payload, the last of very many; to protect itself from them is informational. */
    public CaseBuilder expectPongUnlessLimited(String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return step(
                "expect " + shown(Frame.of(Opcode.PONG, bytes)) + "; a limit is informational",
                peer -> Expect.pongUnlessLimited(peer, bytes));
    }

    /** Makes sure that the connection works and that nothing else has come. */
    public CaseBuilder staysOpen() {
        return send(Frame.ping("still there?")).expectPong("still there?");
    }

    /** Expects that the peer fails the connection with one of these close codes. */
    public CaseBuilder fails(Integer... codes) {
        return failsAfter(0, codes);
    }

    /** The same, where so many messages that were sent before may still come back. */
    public CaseBuilder failsAfter(int echoes, Integer... codes) {
        Set<Integer> set = Set.of(codes);
        return step(
                "expect that the connection fails: close " + Expect.inWords(set) + ", end",
                peer -> Expect.failure(peer, set, echoes, Verdict.FAIL, section));
    }

    /** Expects that the peer fails the connection, where going on is no fault but this. */
    public CaseBuilder failsOr(Verdict ifAccepted, Integer... codes) {
        Set<Integer> set = Set.of(codes);
        return step(
                "expect that the connection fails: close " + Expect.inWords(set) + ", end; to go on is "
                        + ifAccepted.word(),
                peer -> Expect.failure(peer, set, 0, ifAccepted, section));
    }

    /**
     * Sends bytes that cannot become right any more, expects the peer to fail at once; if it does not, sends the rest and
     * expects it then, which is non-strict.
     */
    public CaseBuilder failsFast(Frame whole, int payloadBytes, Integer... codes) {
        Set<Integer> set = Set.of(codes);
        return step(
                "send the first " + payloadBytes + " bytes of the payload of " + shown(whole)
                        + ", expect that the connection fails: close " + Expect.inWords(set)
                        + ", end; only after the rest is non-strict",
                peer -> {
                    Frame dressed = peer.dressed(whole);
                    byte[] bytes = FrameWriter.bytes(dressed);
                    int cut = dressed.headerBytes() + payloadBytes;
                    peer.sendBytes(Arrays.copyOf(bytes, cut), "the beginning of " + dressed);
                    if (!Expect.failsNow(peer, peer.settings().patience(), set)) {
                        peer.remark(Verdict.NON_STRICT, "fails only when the frame is complete (" + section + ")");
                        peer.sendBytes(Arrays.copyOfRange(bytes, cut, bytes.length), "the rest of it");
                        Expect.failure(peer, set, 0, Verdict.FAIL, section);
                    }
                });
    }

    /** The same at the level of fragments: after {@code wrong} it cannot become right, {@code rest} ends the message. */
    public CaseBuilder failsFast(Frame wrong, Frame rest, Integer... codes) {
        Set<Integer> set = Set.of(codes);
        return step(
                "send " + shown(wrong) + ", expect that the connection fails: close " + Expect.inWords(set)
                        + ", end; only after " + shown(rest) + " is non-strict",
                peer -> {
                    peer.send(wrong);
                    if (!Expect.failsNow(peer, peer.settings().patience(), set)) {
                        peer.remark(Verdict.NON_STRICT, "fails only when the message is complete (" + section + ")");
                        peer.send(rest);
                        Expect.failure(peer, set, 0, Verdict.FAIL, section);
                    }
                });
    }

    /** Expects an answer to our close frame that carries one of these codes (1005 for none), and the end. */
    public CaseBuilder expectClose(Integer... codes) {
        Set<Integer> set = Set.of(codes);
        return step("expect close " + Expect.inWords(set) + ", end", peer -> Expect.close(peer, set));
    }

    /** Expects an answer to our close frame with its own code, or that the code is refused with the other. */
    public CaseBuilder expectCloseOrFailure(int code, int refused) {
        return expectClose(code, refused);
    }

    /** Expects the end of the connection, with or without a close frame. */
    public CaseBuilder expectGone() {
        return step("expect the end of the connection", Expect::gone);
    }

    // ------------------------------------------------------------------------------------------- the opening handshake

    /** Sends an opening handshake that is changed from a right one; a client is played. */
    public CaseBuilder request(String says, UnaryOperator<HttpHead> change) {
        byHand = true;
        roles = EnumSet.of(PeerRole.SERVER);
        return step("send an opening handshake " + says, peer -> HandshakeSteps.request(peer, change));
    }

    /** Sends a right opening handshake in small pieces. */
    public CaseBuilder requestInPieces() {
        byHand = true;
        roles = EnumSet.of(PeerRole.SERVER);
        return step("send a right opening handshake in pieces of 10 bytes", HandshakeSteps::requestInPieces);
    }

    /** Expects an HTTP error; to accept it anyway is this. */
    public CaseBuilder refused(Verdict ifAccepted) {
        return step(
                "expect an HTTP error" + (ifAccepted == Verdict.FAIL ? "" : "; to accept is " + ifAccepted.word()),
                peer -> HandshakeSteps.refused(peer, ifAccepted, section));
    }

    /** Expects that the handshake is refused with a field of this name and value; to accept it is this. */
    public CaseBuilder refusedNaming(String field, String value, Verdict ifAccepted) {
        return step(
                "expect an HTTP error with " + field + ": " + value
                        + (ifAccepted == Verdict.FAIL ? "" : "; to accept is " + ifAccepted.word()),
                peer -> HandshakeSteps.refusedNaming(peer, field, value, ifAccepted, section));
    }

    /** Expects that the handshake is accepted by the rules; to refuse it is this. */
    public CaseBuilder accepted(Verdict ifRefused) {
        return step(
                "expect 101" + (ifRefused == Verdict.FAIL ? "" : "; to refuse is " + ifRefused.word()),
                peer -> HandshakeSteps.accepted(peer, ifRefused, section));
    }

    /** Expects that this extension offer is declined, or the handshake refused; to accept it is this. */
    public CaseBuilder declined(Verdict ifAccepted, String why) {
        return step(
                "expect 101 without permessage-deflate, or an HTTP error",
                peer -> HandshakeSteps.declined(peer, ifAccepted, why, section));
    }

    /** Answers a client's opening handshake with a response that is changed from a right one. */
    public CaseBuilder respond(String says, UnaryOperator<HttpHead> change) {
        byHand = true;
        roles = EnumSet.of(PeerRole.CLIENT);
        return step("answer the opening handshake " + says, peer -> HandshakeSteps.respond(peer, change));
    }

    /** Expects that the client takes the response for none and leaves. */
    public CaseBuilder rejected() {
        return step("expect the end of the connection without a frame", peer -> HandshakeSteps.rejected(peer, section));
    }

    // ------------------------------------------------------------------------------------------------------- internals

    private CaseBuilder step(String says, Consumer<Peer> does) {
        steps.add(new Step(says, does));
        return this;
    }

    private static String shown(Frame frame) {
        return frame + " (" + FrameText.hex(frame, 16) + ")";
    }

    private static String shown(List<Frame> frames) {
        return frames.stream().map(CaseBuilder::shown).collect(Collectors.joining("; "));
    }
}
