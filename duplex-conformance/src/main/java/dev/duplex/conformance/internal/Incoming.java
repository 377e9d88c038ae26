package dev.duplex.conformance.internal;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.deflate.Inflater;
import dev.duplex.conformance.wire.CloseCodes;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameReader;
import dev.duplex.conformance.wire.Opcode;
import dev.duplex.conformance.wire.Utf8;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Judges every frame that comes, whatever the case is about, and puts messages together. */
final class Incoming {
    /** More than any case sends. */
    static final int MAX_MESSAGE = 64 << 20;

    private final PeerRole peer;
    private final Opinion opinion;
    private final WireLog log;
    private final FrameReader reader = new FrameReader(MAX_MESSAGE);
    private final @Nullable Inflater inflater;

    private Optional<Frame> first = Optional.empty();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private boolean closed;

    Incoming(PeerRole peer, Optional<DeflateTerms> deflate, Opinion opinion, WireLog log) {
        this.peer = peer;
        this.opinion = opinion;
        this.log = log;
        this.inflater = deflate.map(terms -> new Inflater(terms.peerBits(), terms.peerKeeps(), MAX_MESSAGE))
                .orElse(null);
    }

    /** Takes bytes; what is complete with them goes to the consumer, pings as they are. */
    void take(byte[] bytes, Consumer<Arrival> arrivals, Consumer<Frame> pings) {
        for (Frame frame : reader.read(bytes)) {
            log.came(frame);
            judge(frame);
            switch (frame.opcode()) {
                case Opcode.PING -> pings.accept(frame);
                case Opcode.PONG -> arrivals.accept(new Arrival.Pong(frame));
                case Opcode.CLOSE -> {
                    closed = true;
                    arrivals.accept(new Arrival.Close(frame));
                }
                default -> data(frame, arrivals);
            }
        }
    }

    /** Bytes of a frame that never became complete. */
    long unfinishedBytes() {
        return reader.unfinishedBytes();
    }

    private void judge(Frame frame) {
        boolean compressed = inflater != null
                && frame.reservedBits() == Frame.RSV1
                && (frame.opcode() == Opcode.TEXT || frame.opcode() == Opcode.BINARY);
        List<String> faults = compressed ? frame.reserved(0).faults() : frame.faults();
        for (String fault : faults) {
            opinion.add(severity(frame, fault), "the peer sent a wrong frame: " + fault);
        }
        boolean shouldMask = peer == PeerRole.CLIENT;
        if (frame.masked() != shouldMask) {
            opinion.add(
                    Verdict.FAIL,
                    shouldMask
                            ? "a client masks every frame (RFC 6455 §5.1)"
                            : "a server masks no frame (RFC 6455 §5.1)");
        }
        if (closed && !Opcode.isControl(frame.opcode())) {
            opinion.add(Verdict.FAIL, "the peer sent a data frame after its close frame (RFC 6455 §5.5.1)");
        } else if (closed && frame.opcode() == Opcode.CLOSE) {
            // §7.1.2: once both have sent a close frame, an endpoint SHOULD close the connection, not send another one.
            opinion.add(Verdict.NON_STRICT, "the peer sent a second close frame (RFC 6455 §7.1.2)");
        } else if (closed) {
            // §5.5.1 forbids data frames only.
            opinion.add(
                    Verdict.INFORMATIONAL, "the peer sent a " + Opcode.name(frame.opcode()) + " after its close frame");
        }
    }

    /** What RFC 6455 §7.4 leaves undefined is not as wrong as what it forbids. */
    private static Verdict severity(Frame frame, String fault) {
        int code = frame.closeCode();
        if (frame.opcode() != Opcode.CLOSE || !fault.startsWith("close code") || CloseCodes.maySend(code)) {
            return Verdict.FAIL;
        }
        boolean forbidden = code < 1000 || code == 1005 || code == 1006 || code == 1015;
        return code >= 5000 ? Verdict.INFORMATIONAL : forbidden ? Verdict.FAIL : Verdict.NON_STRICT;
    }

    private void data(Frame frame, Consumer<Arrival> arrivals) {
        boolean continues = frame.opcode() == Opcode.CONTINUATION;
        if (continues && first.isEmpty()) {
            opinion.add(
                    Verdict.FAIL, "the peer sent a continuation frame without a message to continue (RFC 6455 §5.4)");
            return;
        }
        if (!continues) {
            if (first.isPresent()) {
                opinion.add(Verdict.FAIL, "the peer began a message inside another (RFC 6455 §5.4)");
            }
            first = Optional.of(frame);
            message.reset();
        }
        if (message.size() + (long) frame.payload().length > MAX_MESSAGE) {
            opinion.add(Verdict.FAIL, "the peer sent a message of more than " + MAX_MESSAGE + " bytes");
            return;
        }
        message.writeBytes(frame.payload());
        if (frame.fin()) {
            deliver(first.orElseThrow(), arrivals);
            first = Optional.empty();
        }
    }

    private void deliver(Frame start, Consumer<Arrival> arrivals) {
        boolean text = start.opcode() == Opcode.TEXT;
        boolean compressed = inflater != null && (start.reservedBits() & Frame.RSV1) != 0;
        byte[] payload = message.toByteArray();
        if (compressed && inflater != null) {
            try {
                payload = inflater.message(payload);
            } catch (Inflater.Corrupt e) {
                opinion.add(
                        Verdict.FAIL, "the peer sent a compressed message that " + e.getMessage() + " (RFC 7692 §7.2)");
                return;
            }
        }
        if (text && !Utf8.isValid(payload)) {
            opinion.add(Verdict.FAIL, "the peer sent text that is not UTF-8 (RFC 6455 §5.6)");
        }
        arrivals.accept(new Arrival.Message(text, payload, compressed));
    }
}
