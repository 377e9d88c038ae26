package dev.duplex.conformance.internal;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.deflate.Deflater;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameWriter;
import dev.duplex.conformance.wire.Opcode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The other end, as the steps of a case see it: they send to it, await what comes, and say what they think. */
public final class Peer implements AutoCloseable {
    /** Chops of a short text come one by one only if the peer has a moment to read each. */
    private static final int PAUSED_CHOPS = 64;

    private final PeerRole role;
    private final Wire wire;
    private Settings settings;
    private final WireLog log;
    private final Opinion opinion;
    private final Handshake.Target target;
    private final int greetings;
    private HttpHead request = new HttpHead("", List.of(), "");
    private final Deque<Arrival> arrivals = new ArrayDeque<>();

    private @Nullable Incoming incoming;
    private Optional<DeflateTerms> deflate = Optional.empty();
    private @Nullable Deflater deflater;
    private byte[] unread = {};
    private int skip;
    private boolean closeSent;
    private boolean closeCame;
    private boolean ended;
    private boolean unwritable;
    private boolean ranOut;

    /**
     * @param target where requests go, if the peer is a server
     * @param greetings how many messages the peer sends before it is sent any
     */
    Peer(
            PeerRole role,
            Wire wire,
            Settings settings,
            WireLog log,
            Opinion opinion,
            Handshake.Target target,
            int greetings) {
        this.role = role;
        this.wire = wire;
        this.settings = settings;
        this.log = log;
        this.opinion = opinion;
        this.target = target;
        this.greetings = greetings;
    }

    PeerRole role() {
        return role;
    }

    Settings settings() {
        return settings;
    }

    /** From here on waits are those of cases with much data. */
    void expectMuchData() {
        settings = settings.patientWithMuchData();
    }

    /** Whether a wait has ended without what was waited for: the peer hangs, or the machine is busy. */
    boolean ranOut() {
        return ranOut;
    }

    WireLog log() {
        return log;
    }

    void remark(Verdict verdict, String reason) {
        opinion.add(verdict, reason);
    }

    CaseOver fail(String reason) {
        return new CaseOver(Verdict.FAIL, reason);
    }

    // -------------------------------------------------------------------------------------------------------- opening

    /** From here on bytes are frames. */
    void opened(Optional<DeflateTerms> terms, int messagesToSkip) {
        deflate = terms;
        skip = messagesToSkip;
        deflater = terms.map(agreed -> new Deflater(agreed.ownBits(), agreed.ownKeeps()))
                .orElse(null);
        incoming = new Incoming(role, terms, opinion, log);
        byte[] early = unread;
        unread = new byte[0];
        if (early.length > 0) {
            takeBytes(early);
        }
    }

    /** Where requests go. */
    Handshake.Target target() {
        return target;
    }

    /** How many messages the peer sends on its own at first. */
    int greetings() {
        return greetings;
    }

    /** The request of this connection, ours or the peer's. */
    HttpHead request() {
        return request;
    }

    /** Sends a request. */
    void request(HttpHead head) {
        request = head;
        sendHttp(head.text());
    }

    /** Sends a request in pieces of so many bytes. */
    void requestInPieces(HttpHead head, int size) {
        request = head;
        log.http(">", head.text());
        byte[] bytes = head.text().getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i += size) {
            write(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size)));
            pause(Duration.ofMillis(1));
        }
    }

    /** Reads the request of a client. */
    void readRequest() {
        String head = readHead(Handshake.MAX_HEAD)
                .orElseThrow(() -> fail("the client ends the connection without an opening handshake"));
        log.http("<", head);
        request = HttpHead.parse(head);
    }

    Optional<DeflateTerms> deflate() {
        return deflate;
    }

    /** The head of an HTTP message, up to its empty line; what follows stays. Empty if the connection ends before. */
    Optional<String> readHead(int maxBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(unread);
        unread = new byte[0];
        long until = System.nanoTime() + settings.deadline().toNanos();
        while (true) {
            byte[] all = bytes.toByteArray();
            int end = endOfHead(all);
            if (end >= 0) {
                unread = Arrays.copyOfRange(all, end, all.length);
                return Optional.of(new String(all, 0, end, StandardCharsets.ISO_8859_1));
            }
            if (all.length > maxBytes) {
                throw fail("the head of the peer's HTTP message is longer than " + maxBytes + " bytes");
            }
            byte[] chunk = readWire(Duration.ofNanos(until - System.nanoTime()));
            if (chunk == null) {
                ranOut = true;
                throw fail("hangs: no HTTP message within " + settings.deadlineInWords()
                        + (all.length == 0 ? "" : "; " + all.length + " bytes of one came"));
            }
            if (chunk == Wire.END) {
                ended = true;
                log.note(wire.end());
                if (all.length > 0) {
                    throw fail("the connection ended inside the head of an HTTP message");
                }
                return Optional.empty();
            }
            bytes.writeBytes(chunk);
        }
    }

    private static int endOfHead(byte[] bytes) {
        for (int i = 3; i < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    // -------------------------------------------------------------------------------------------------------- sending

    /** Masks as this end must. */
    Frame dressed(Frame frame) {
        return role == PeerRole.SERVER
                ? frame.masked(ThreadLocalRandom.current().nextInt())
                : frame.unmasked();
    }

    void send(Frame frame) {
        sendAsIs(dressed(frame));
    }

    /** With the mask bit it has. */
    void sendAsIs(Frame frame) {
        log.sent(frame);
        closeSent |= frame.opcode() == Opcode.CLOSE;
        write(FrameWriter.bytes(frame));
    }

    /** Several frames in one segment, or cut into pieces of so many bytes regardless of where frames end. */
    void sendInPieces(List<Frame> frames, int size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Frame frame : frames) {
            Frame dressed = dressed(frame);
            log.sent(dressed);
            all.writeBytes(FrameWriter.bytes(dressed));
        }
        byte[] bytes = all.toByteArray();
        boolean pause = size < bytes.length && bytes.length / size <= PAUSED_CHOPS;
        for (int i = 0; i < bytes.length; i += size) {
            write(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size)));
            if (pause) {
                pause(Duration.ofMillis(1));
            }
        }
    }

    void sendBytes(byte[] bytes, String what) {
        log.sent(what, bytes);
        write(bytes);
    }

    void sendHttp(String head) {
        log.http(">", head);
        write(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Compresses with the terms agreed on; the message in one frame. */
    Frame compressed(Frame frame) {
        if (deflater == null) {
            throw new IllegalStateException("the case must ask for permessage-deflate");
        }
        return Frame.of(frame.opcode(), deflater.message(frame.payload())).reserved(Frame.RSV1);
    }

    private void write(byte[] bytes) {
        if (unwritable) {
            return;
        }
        try {
            wire.write(bytes, settings.deadline());
        } catch (IOException e) {
            if (wire.isClosed()) {
                ranOut = true;
                throw fail("hangs: does not read what is sent to it for " + settings.deadlineInWords());
            }
            // It has left already, which the next step finds out and judges.
            unwritable = true;
            log.note("not sent, or not all: " + e.getMessage());
        }
    }

    void endOutput() {
        log.note("we end our direction of the TCP connection");
        try {
            wire.endOutput();
        } catch (IOException | UnsupportedOperationException e) {
            log.note("which cannot be done: " + e.getMessage());
        }
    }

    void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaseOver(Verdict.UNIMPLEMENTED, "interrupted");
        }
    }

    // ------------------------------------------------------------------------------------------------------- awaiting

    /** The next thing that comes; pings are answered and greetings passed over on the way. */
    Arrival next(Duration wait) {
        long until = System.nanoTime() + wait.toNanos();
        while (true) {
            Arrival arrival = arrivals.poll();
            if (arrival instanceof Arrival.Message && skip > 0) {
                skip--;
                continue;
            }
            if (arrival != null) {
                closeCame |= arrival instanceof Arrival.Close;
                return arrival;
            }
            if (ended) {
                return new Arrival.End(wire.end());
            }
            byte[] chunk = readWire(Duration.ofNanos(until - System.nanoTime()));
            if (chunk == null) {
                ranOut = true;
                return new Arrival.Silence(Settings.words(wait));
            }
            if (chunk == Wire.END) {
                ended = true;
                log.note(wire.end());
                if (incoming != null && incoming.unfinishedBytes() > 0) {
                    remark(Verdict.FAIL, "the connection ended inside a frame of the peer");
                }
            } else {
                takeBytes(chunk);
            }
        }
    }

    /** Lets these be the next to come, in their order. */
    void putBack(List<Arrival> passed) {
        for (int i = passed.size() - 1; i >= 0; i--) {
            arrivals.addFirst(passed.get(i));
        }
    }

    /** The next thing that comes, which stays the next one; empty if nothing comes in this time. */
    Optional<Arrival> peek(Duration wait) {
        Arrival arrival = next(wait);
        if (arrival instanceof Arrival.Silence) {
            return Optional.empty();
        }
        putBack(List.of(arrival));
        return Optional.of(arrival);
    }

    /** A message that has come and that no step has asked for. */
    Optional<Arrival> unexpected() {
        return arrivals.stream()
                .filter(arrival -> arrival instanceof Arrival.Message)
                .skip(skip)
                .findFirst();
    }

    /** The next thing that comes before the deadline. */
    Arrival next() {
        return next(settings.deadline());
    }

    private void takeBytes(byte[] bytes) {
        if (incoming == null) {
            throw new IllegalStateException("frames before the opening handshake");
        }
        incoming.take(bytes, arrivals::add, ping -> {
            if (!closeSent) {
                send(Frame.of(Opcode.PONG, ping.payload()));
            }
        });
    }

    private byte @Nullable [] readWire(Duration wait) {
        try {
            return wire.read(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaseOver(Verdict.UNIMPLEMENTED, "interrupted");
        }
    }

    // --------------------------------------------------------------------------------------------------------- ending

    /** Whether the peer has sent a close frame. */
    boolean closeCame() {
        return closeCame;
    }

    /** Whether we have sent one. */
    boolean closeSent() {
        return closeSent;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Ends the connection as a good peer would, without judging how the other one takes it. */
    void leave() {
        if (incoming == null || ended || wire.isClosed()) {
            return;
        }
        if (!closeSent) {
            send(Frame.close(1000, ""));
        }
        long until = System.nanoTime() + settings.patience().toNanos();
        Arrival arrival = new Arrival.Silence("");
        while (!(arrival instanceof Arrival.End) && System.nanoTime() < until) {
            // RFC 6455 §7.1.1: the server closes the TCP connection first.
            if (closeCame && role == PeerRole.CLIENT) {
                return;
            }
            arrival = next(Duration.ofNanos(until - System.nanoTime()));
        }
    }

    @Override
    public void close() {
        wire.close();
    }
}
