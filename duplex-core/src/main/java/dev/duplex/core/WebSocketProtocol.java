package dev.duplex.core;

import dev.duplex.core.deflate.Inflation;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection after its opening handshake: bytes in, messages out; messages in, frames out. It does no I/O, knows no
 * thread and no clock, and throws for nothing that a peer does.
 *
 * <p>Every rule of RFC 6455 §5, §7 and §8 about frames, messages and closing stands in this class. {@link FrameHeader}
 * and {@link FrameWriter} know the layout of frames, {@link Masking} and {@link Utf8Validator} do what their names say,
 * and {@link MessageBuffer} holds a message that does not arrive in one piece.
 *
 * <p>Not thread-safe. Calls back into it from the sink are allowed, except {@link #receive}.
 */
public final class WebSocketProtocol {
    /**
     * A compressed message may be this much larger than what it inflates to, a sixteenth: stored blocks and their headers.
     * Of what does not shrink, zlib stores 97 bytes at a time where it was told to use little memory (window of 9 bits,
     * memLevel 4), which makes 5.2 %.
     */
    private static final int DEFLATE_SLACK_SHIFT = 4;

    private static final int DEFLATE_SLACK = 128;

    private final Endpoint endpoint;
    private final @Nullable PerMessageDeflate deflate;

    private CloseState state = CloseState.OPEN;
    private boolean paused;

    /** What is being read; null between two messages. */
    private @Nullable Incoming incoming;

    /** The pong that waits for the peer to read. */
    private @Nullable ByteBuf owedPong;

    /** Whether a message that we send in parts has begun and not ended. */
    private boolean sendingParts;

    /**
     * A connection of its own kind.
     *
     * @param deflate permessage-deflate as negotiated, or null; closed by {@link #dispose}
     * @throws IllegalArgumentException as {@link Endpoint#Endpoint}
     */
    public WebSocketProtocol(
            Role role,
            Limits limits,
            Delivery delivery,
            @Nullable PerMessageDeflate deflate,
            ByteBufAllocator allocator,
            @Nullable IntSupplier maskingKeys) {
        this(new Endpoint(role, limits, delivery, allocator, maskingKeys), deflate);
    }

    /**
     * One of many connections.
     *
     * @param endpoint of the event loop that will use this object
     * @param deflate permessage-deflate as negotiated, or null; closed by {@link #dispose}
     */
    public WebSocketProtocol(Endpoint endpoint, @Nullable PerMessageDeflate deflate) {
        this.endpoint = endpoint;
        this.deflate = deflate;
    }

    public CloseState state() {
        return state;
    }

    /** Stops {@link #receive} before the next frame, so that what is left stays in its buffer; or lets it go on. */
    public void pause(boolean pause) {
        paused = pause;
    }

    // ---------------------------------------------------------------------------------------------------- receiving

    /**
     * Takes bytes as they come from the peer: all of them, unless paused. Payloads are unmasked where they stand, so
     * the buffer must be writable and is garbage afterwards.
     */
    public void receive(ByteBuf in, MessageSink sink) {
        while (in.isReadable()) {
            // RFC 6455 §1.4 and §7.1.7: after the peer's close frame, or a violation, data is discarded.
            if (state.isClean() || state == CloseState.FAILED) {
                in.skipBytes(in.readableBytes());
                return;
            }
            Incoming now = incoming;
            if (now == null) {
                if (paused) {
                    return;
                }
                if (takeShortMessage(in, sink)) {
                    continue;
                }
                now = endpoint.lend();
                incoming = now;
            }
            if (now.inPayload) {
                takePayload(now, in, sink);
            } else if (paused) {
                return;
            } else if (now.header.read(in) && beginFrame(now, sink)) {
                takePayload(now, in, sink); // also where none is left to read: the payload may be empty
            }
            forgetIfNothing(now);
        }
    }

    private void forgetIfNothing(Incoming now) {
        if (state == CloseState.FAILED) {
            incoming = null; // and nobody's: it has stopped anywhere
        } else if (now.isNothing()) {
            incoming = null;
            endpoint.giveBack(now);
        }
    }

    /**
     * The common case in one go: a message of at most 125 bytes whose only frame is here whole. No rule stands here: what
     * is not plainly right is left, untouched, to those who know the rules.
     */
    private boolean takeShortMessage(ByteBuf in, MessageSink sink) {
        Endpoint end = endpoint;
        int index = in.readerIndex();
        int payload = index + end.shortHeaderBytes;
        int available = in.writerIndex() - payload;
        if (available < 0) {
            return false;
        }
        int start = in.getUnsignedShort(index);
        int length = start & 0x7F;
        boolean text = start - length == end.wholeText;
        if (!(text || start - length == end.wholeBinary) || length > Math.min(available, end.longestShort)) {
            return false;
        }
        in.readerIndex(payload + length);
        boolean ascii = end.role.peer().masks() && Masking.apply(in, payload, length, in.getInt(index + 2));
        if (text && !ascii) {
            Incoming now = end.lend();
            if (!isUtf8(now, in, payload, length, false, true, sink)) {
                return true;
            }
            end.giveBack(now);
        }
        if (end.delivery == Delivery.STREAMED) {
            sink.onChunk(text, in, payload, length, true);
        } else {
            sink.onMessage(text, in, payload, length);
        }
        return true;
    }

    /** Checks the header of a frame before any of its payload; false if it broke a rule. */
    private boolean beginFrame(Incoming now, MessageSink sink) {
        int opcode = now.header.opcode;
        // RFC 6455 §5.2: a reserved opcode or bit fails the connection; RFC 7692 §6: RSV1 marks the first frame of a
        // compressed message and nothing else.
        if (Opcode.isReserved(opcode)) {
            return fail(sink, Violation.RESERVED_OPCODE);
        }
        boolean rsv1 = now.header.reservedBits == 4;
        boolean rsv1Allowed = deflate != null && (opcode == Opcode.TEXT || opcode == Opcode.BINARY);
        if (now.header.reservedBits != 0 && !(rsv1 && rsv1Allowed)) {
            return fail(sink, Violation.RESERVED_BITS);
        }
        // RFC 6455 §5.1
        if (now.header.masked != endpoint.role.peer().masks()) {
            return fail(sink, now.header.masked ? Violation.MASKED_FRAME : Violation.UNMASKED_FRAME);
        }
        long length = now.header.payloadLength;
        if (Opcode.isControl(opcode)) {
            // RFC 6455 §5.5
            if (!now.header.fin) {
                return fail(sink, Violation.FRAGMENTED_CONTROL);
            }
            if (now.header.lengthBytes != 0) {
                return fail(sink, Violation.CONTROL_TOO_LONG);
            }
        } else {
            // RFC 6455 §5.2: the most significant bit is 0, and the minimal number of bytes is used.
            if (length < 0) {
                return fail(sink, Violation.LENGTH_OVERFLOW);
            }
            if ((now.header.lengthBytes == 2 && length < 126) || (now.header.lengthBytes == 8 && length < 0x10000)) {
                return fail(sink, Violation.NON_MINIMAL_LENGTH);
            }
            if (!beginData(now, opcode, rsv1, length, sink)) {
                return false;
            }
        }
        now.remaining = length;
        now.key = now.header.maskingKey;
        now.inPayload = true;
        return true;
    }

    private boolean beginData(Incoming now, int opcode, boolean rsv1, long length, MessageSink sink) {
        // RFC 6455 §5.4
        if (opcode == Opcode.CONTINUATION) {
            if (now.messageOpcode == Opcode.CONTINUATION) {
                return fail(sink, Violation.UNEXPECTED_CONTINUATION);
            }
        } else {
            if (now.messageOpcode != Opcode.CONTINUATION) {
                return fail(sink, Violation.UNFINISHED_MESSAGE);
            }
            now.messageOpcode = opcode;
            now.compressed = rsv1;
            now.chargedBytes = 0;
            now.fragments = 0;
            now.inflatedBytes = 0;
        }
        // RFC 6455 §10.4: limits protect against frames and messages of any size.
        long most = endpoint.limits.maxMessageBytes();
        if (++now.fragments > endpoint.limits.maxFragments()) {
            return fail(
                    sink,
                    Violation.TOO_MANY_FRAGMENTS,
                    "message of more than " + endpoint.limits.maxFragments() + " frames (maxFragments)");
        }
        if (now.compressed) {
            most = Math.max(most, most + (most >> DEFLATE_SLACK_SHIFT) + DEFLATE_SLACK); // the sum may overflow
        }
        // A message has any number of frames before its last one, and tiny or empty ones are not free.
        long charge = now.header.fin ? length : Math.max(length, endpoint.limits.minFragmentCharge());
        if (charge > most - now.chargedBytes) {
            return failTooBig(sink);
        }
        now.chargedBytes += charge;
        return true;
    }

    private void takePayload(Incoming now, ByteBuf in, MessageSink sink) {
        int index = in.readerIndex();
        int length = (int) Math.min(now.remaining, in.readableBytes());
        in.readerIndex(index + length);
        boolean ascii = false;
        if (now.header.masked) {
            ascii = Masking.apply(in, index, length, now.key);
            now.key = Masking.rotate(now.key, length);
        }
        now.remaining -= length;
        boolean frameEnds = now.remaining == 0;
        now.inPayload = !frameEnds;
        if (Opcode.isControl(now.header.opcode)) {
            takeControl(now, in, index, length, frameEnds, sink);
        } else {
            boolean messageEnds = frameEnds && now.header.fin;
            boolean text = now.messageOpcode == Opcode.TEXT;
            if (messageEnds) {
                now.messageOpcode = Opcode.CONTINUATION;
            }
            if (now.compressed) {
                takeCompressed(now, text, in, index, length, messageEnds, sink);
            } else if (!text || isUtf8(now, in, index, length, ascii, messageEnds, sink)) {
                deliver(now, text, in, index, length, messageEnds, sink);
            }
        }
    }

    /** RFC 6455 §8.1, at the first bad octet; {@code ascii} is what unmasking has found out on its way. */
    private boolean isUtf8(
            Incoming now, ByteBuf in, int index, int length, boolean ascii, boolean messageEnds, MessageSink sink) {
        boolean valid = (ascii && now.utf8.atBoundary()) || now.utf8.accept(in, index, length);
        if (valid && messageEnds) {
            valid = now.utf8.atBoundary();
        }
        return valid || fail(sink, Violation.TEXT_UTF8);
    }

    private void deliver(
            Incoming now, boolean text, ByteBuf in, int index, int length, boolean messageEnds, MessageSink sink) {
        if (endpoint.delivery == Delivery.STREAMED) {
            deliverChunk(now, text, in, index, length, messageEnds, sink);
        } else if (messageEnds && now.message.isEmpty()) {
            sink.onMessage(text, in, index, length);
        } else {
            now.message.append(in, index, length, now.remaining);
            if (messageEnds) {
                deliverAssembled(text, now.message.take(), sink);
            }
        }
    }

    private static void deliverAssembled(boolean text, ByteBuf whole, MessageSink sink) {
        try {
            sink.onMessage(text, whole, whole.readerIndex(), whole.readableBytes());
        } finally {
            whole.release();
        }
    }

    private void deliverChunk(
            Incoming now, boolean text, ByteBuf in, int index, int length, boolean messageEnds, MessageSink sink) {
        int incomplete = text ? now.utf8.incomplete() : 0;
        if (now.message.isEmpty() && incomplete == 0) {
            if (length > 0 || messageEnds) {
                sink.onChunk(text, in, index, length, messageEnds);
            }
            return;
        }
        // A character is cut: the octets of it that came are held back, at most three.
        now.message.append(in, index, length, 0);
        ByteBuf whole = now.message.take();
        try {
            int deliverable = whole.readableBytes() - incomplete;
            now.message.append(whole, whole.readerIndex() + deliverable, incomplete, 0);
            if (deliverable > 0 || messageEnds) {
                sink.onChunk(text, whole, whole.readerIndex(), deliverable, messageEnds);
            }
        } finally {
            whole.release();
        }
    }

    private void takeCompressed(
            Incoming now, boolean text, ByteBuf in, int index, int length, boolean messageEnds, MessageSink sink) {
        if (endpoint.delivery == Delivery.STREAMED) {
            inflate(now, text, in, index, length, messageEnds, sink);
        } else if (messageEnds && now.message.isEmpty()) {
            inflate(now, text, in, index, length, true, sink);
        } else {
            // The inflater is the event loop's, so a message goes through it in one piece.
            now.message.append(in, index, length, now.remaining);
            if (messageEnds) {
                ByteBuf whole = now.message.take();
                try {
                    inflate(now, text, whole, whole.readerIndex(), whole.readableBytes(), true, sink);
                } finally {
                    whole.release();
                }
            }
        }
    }

    private void inflate(
            Incoming now, boolean text, ByteBuf in, int index, int length, boolean messageEnds, MessageSink sink) {
        ByteBuf inflated = endpoint.allocator.buffer();
        try {
            Inflation result = Objects.requireNonNull(deflate)
                    .inflate(
                            in,
                            index,
                            length,
                            messageEnds,
                            inflated,
                            endpoint.limits.maxMessageBytes() - now.inflatedBytes);
            if (result == Inflation.TOO_BIG) {
                failTooBig(sink);
                return;
            }
            if (result == Inflation.CORRUPT) {
                fail(sink, Violation.CORRUPT_DEFLATE);
                return;
            }
            if (result == Inflation.UNAVAILABLE) {
                fail(sink, Violation.TOO_MANY_INFLATING);
                return;
            }
            int start = inflated.readerIndex();
            int size = inflated.readableBytes();
            now.inflatedBytes += size;
            if (text && !isUtf8(now, inflated, start, size, false, messageEnds, sink)) {
                return;
            }
            if (endpoint.delivery == Delivery.STREAMED) {
                deliverChunk(now, text, inflated, start, size, messageEnds, sink);
            } else {
                sink.onMessage(text, inflated, start, size);
            }
        } finally {
            inflated.release();
        }
    }

    private void takeControl(Incoming now, ByteBuf in, int index, int length, boolean frameEnds, MessageSink sink) {
        if (now.control == null && frameEnds) {
            onControl(now, in, index, length, sink);
            return;
        }
        if (now.control == null) {
            now.control = endpoint.allocator.buffer((int) now.header.payloadLength);
        }
        now.control.writeBytes(in, index, length);
        if (frameEnds) {
            ByteBuf whole = now.control;
            now.control = null;
            try {
                onControl(now, whole, whole.readerIndex(), whole.readableBytes(), sink);
            } finally {
                whole.release();
            }
        }
    }

    private void onControl(Incoming now, ByteBuf payload, int index, int length, MessageSink sink) {
        switch (now.header.opcode) {
            case Opcode.PING -> {
                answerPing(payload, index, length, sink);
                sink.onPing(payload, index, length);
            }
            case Opcode.PONG -> sink.onPong(payload, index, length);
            default -> onClose(payload, index, length, sink);
        }
    }

    /**
     * RFC 6455 §5.5.2 and §5.5.3: the pong carries the ping's payload. None after our own close frame either, which §5.5.2
     * would still ask for: a close frame that is always the last of ours is worth more to whoever reads the other end.
     */
    private void answerPing(ByteBuf payload, int index, int length, MessageSink sink) {
        if (state != CloseState.OPEN) {
            return;
        }
        releaseOwedPong(); // the newer pong answers the older ping, too
        if (sink.holdsPongs()) {
            owedPong = endpoint.allocator.buffer(Math.max(1, length)).writeBytes(payload, index, length);
            return;
        }
        ByteBuf out = outIfOpen(sink);
        if (out != null) {
            endpoint.writer.write(true, false, Opcode.PONG, payload, index, length, out);
        }
    }

    /** RFC 6455 §5.5.1. */
    private void onClose(ByteBuf payload, int index, int length, MessageSink sink) {
        if (length == 1) {
            fail(sink, Violation.CLOSE_PAYLOAD_TOO_SHORT);
            return;
        }
        int code = CloseCode.NO_STATUS;
        String reason = "";
        if (length >= 2) {
            code = payload.getUnsignedShort(index);
            if (!CloseCode.isValidOnWire(code)) {
                fail(sink, Violation.CLOSE_CODE, "close code " + code + " may not be sent");
                return;
            }
            Utf8Validator reasonUtf8 = new Utf8Validator();
            if (!reasonUtf8.accept(payload, index + 2, length - 2) || !reasonUtf8.atBoundary()) {
                fail(sink, Violation.CLOSE_REASON_UTF8);
                return;
            }
            reason = payload.toString(index + 2, length - 2, StandardCharsets.UTF_8);
        }
        ByteBuf out = outIfOpen(sink);
        if (out != null) {
            // RFC 6455 §5.5.1: answer with a close frame, typically echoing the code received.
            if (length == 0) {
                endpoint.writer.writeEmpty(Opcode.CLOSE, out);
            } else {
                endpoint.writer.writeClose(code, "", out);
            }
            state = CloseState.CLOSED_BY_PEER;
        } else {
            state = CloseState.CLOSED_BY_US;
        }
        releaseIncoming();
        sink.onClose(code, reason);
    }

    /**
     * Where an answer goes, or null if none may be sent any more (RFC 6455 §5.5.1). Asked for before anything is decided: to
     * make room there the owner may flush, and who is told that may close.
     */
    private @Nullable ByteBuf outIfOpen(MessageSink sink) {
        if (state != CloseState.OPEN) {
            return null;
        }
        ByteBuf out = sink.out();
        return state == CloseState.OPEN ? out : null;
    }

    private boolean failTooBig(MessageSink sink) {
        return fail(
                sink,
                Violation.MESSAGE_TOO_BIG,
                "message larger than " + endpoint.limits.maxMessageBytes() + " bytes (maxMessageBytes)");
    }

    private boolean fail(MessageSink sink, Violation violation) {
        return fail(sink, violation, violation.rule());
    }

    /** RFC 6455 §7.1.7: a close frame with the code, unless one is out already; then nothing more is read. */
    private boolean fail(MessageSink sink, Violation violation, String reason) {
        ByteBuf out = outIfOpen(sink);
        if (out != null) {
            endpoint.writer.writeClose(violation.closeCode(), reason, out);
        }
        state = CloseState.FAILED;
        releaseIncoming();
        sink.onViolation(violation, reason);
        return false;
    }

    // ------------------------------------------------------------------------------------------------------ sending

    /** The payload bytes that {@link #writeText} makes of a text. */
    public static int payloadBytes(CharSequence text) {
        return Utf8.length(text);
    }

    /**
     * Appends a text message; lone surrogates become U+FFFD.
     *
     * @return false, nothing appended, if a close frame is out already (RFC 6455 §5.5.1)
     * @throws IllegalStateException if a message in parts has not ended (RFC 6455 §5.4)
     */
    public boolean writeText(CharSequence text, ByteBuf out) {
        if (!mayBeginMessage()) {
            return false;
        }
        if (deflate == null || !deflate.worthCompressing(text.length())) {
            endpoint.writer.writeText(text, out);
            return true;
        }
        int length = Utf8.length(text);
        ByteBuf payload = endpoint.allocator.buffer(length);
        try {
            Utf8.write(text, length, payload);
            writeData(Opcode.TEXT, payload, 0, length, out);
        } finally {
            payload.release();
        }
        return true;
    }

    /**
     * Appends a message.
     *
     * @param text whether the payload is text; it must then be UTF-8
     * @return false, nothing appended, if a close frame is out already
     * @throws IllegalStateException if a message in parts has not ended
     */
    public boolean writeMessage(boolean text, ByteBuf payload, int index, int length, ByteBuf out) {
        if (!mayBeginMessage()) {
            return false;
        }
        writeData(text ? Opcode.TEXT : Opcode.BINARY, payload, index, length, out);
        return true;
    }

    /** As {@link #writeMessage}, but never compressed, whatever was agreed on (RFC 7692 §6: RSV1 is not set then). */
    public boolean writeUncompressed(boolean text, ByteBuf payload, int index, int length, ByteBuf out) {
        if (!mayBeginMessage()) {
            return false;
        }
        endpoint.writer.write(true, false, text ? Opcode.TEXT : Opcode.BINARY, payload, index, length, out);
        return true;
    }

    /** Whether a message of so many bytes is sent as it is: neither masked nor compressed. */
    public boolean sendsAsItIs(int length) {
        return !endpoint.role.masks() && (deflate == null || !deflate.worthCompressing(length));
    }

    /**
     * Appends the header alone of a message that is sent as it is; the caller sees to it that the payload is next.
     *
     * @return false, nothing appended, if a close frame is out already
     * @throws IllegalStateException if a message in parts has not ended
     */
    public boolean writeHeader(boolean text, int length, ByteBuf out) {
        if (!mayBeginMessage()) {
            return false;
        }
        endpoint.writer.writeHeader(text ? Opcode.TEXT : Opcode.BINARY, length, out);
        return true;
    }

    private void writeData(int opcode, ByteBuf payload, int index, int length, ByteBuf out) {
        if (deflate != null && deflate.worthCompressing(length)) {
            ByteBuf deflated = endpoint.allocator.buffer();
            try {
                if (deflate.deflate(payload, index, length, deflated)) {
                    // RFC 7692 §6: RSV1 marks the message as compressed.
                    endpoint.writer.write(
                            true, true, opcode, deflated, deflated.readerIndex(), deflated.readableBytes(), out);
                    return;
                }
            } finally {
                deflated.release();
            }
        }
        endpoint.writer.write(true, false, opcode, payload, index, length, out);
    }

    /**
     * Appends one part of a message (RFC 6455 §5.4), uncompressed. Between parts only control frames may be written.
     *
     * @param text what the whole message is; looked at for the first part only
     * @return false, nothing appended, if a close frame is out already
     */
    public boolean writePart(boolean text, ByteBuf payload, int index, int length, boolean last, ByteBuf out) {
        if (state != CloseState.OPEN) {
            return false;
        }
        int opcode = sendingParts ? Opcode.CONTINUATION : text ? Opcode.TEXT : Opcode.BINARY;
        endpoint.writer.write(last, false, opcode, payload, index, length, out);
        sendingParts = !last;
        return true;
    }

    /**
     * The frame of a message made for many connections, in the encoding that this one understands. The caller sends it
     * next; it must not change it, and retains it if it is to outlive the prepared message.
     *
     * @return null if a close frame is out already
     * @throws IllegalStateException if a message in parts has not ended, or if this is a client's connection
     */
    public @Nullable ByteBuf frameOf(PreparedMessage prepared) {
        if (endpoint.role.masks()) {
            throw new IllegalStateException("a prepared message is for connections of a server; "
                    + "a client masks each frame with a key of its own (RFC 6455 §5.3): use writeMessage");
        }
        return mayBeginMessage() ? prepared.frame(deflate) : null;
    }

    /**
     * Appends a ping of at most 125 bytes (RFC 6455 §5.5.2).
     *
     * @return false, nothing appended, if a close frame is out already
     */
    public boolean writePing(ByteBuf payload, int index, int length, ByteBuf out) {
        return writeControl(Opcode.PING, payload, index, length, out);
    }

    /** Appends an unsolicited pong of at most 125 bytes (RFC 6455 §5.5.3). */
    public boolean writePong(ByteBuf payload, int index, int length, ByteBuf out) {
        return writeControl(Opcode.PONG, payload, index, length, out);
    }

    private boolean writeControl(int opcode, ByteBuf payload, int index, int length, ByteBuf out) {
        if (length > 125) {
            throw new IllegalArgumentException(
                    "control frame payload must be at most 125 bytes but was " + length + " (RFC 6455 §5.5)");
        }
        if (state != CloseState.OPEN) {
            return false;
        }
        endpoint.writer.write(true, false, opcode, payload, index, length, out);
        return true;
    }

    /** Appends the pong held back by {@link MessageSink#holdsPongs}, if there is one. */
    public void writeOwedPong(ByteBuf out) {
        ByteBuf pong = owedPong;
        if (pong != null && state == CloseState.OPEN) {
            endpoint.writer.write(true, false, Opcode.PONG, pong, pong.readerIndex(), pong.readableBytes(), out);
        }
        releaseOwedPong();
    }

    /**
     * Appends our close frame and begins the closing handshake (RFC 6455 §7.1.2). How long to wait for the peer's is
     * {@link Limits#closeTimeout}; measuring it is the caller's part.
     *
     * @param code {@link CloseCode#NO_STATUS} for a frame without a code
     * @return false, nothing appended, if a close frame is out already
     * @throws IllegalArgumentException if the code may not be sent or the reason is too long
     */
    public boolean writeClose(int code, String reason, ByteBuf out) {
        if (code != CloseCode.NO_STATUS) {
            CloseCode.check(code, reason);
        }
        if (state != CloseState.OPEN) {
            return false;
        }
        if (code == CloseCode.NO_STATUS) {
            endpoint.writer.writeEmpty(Opcode.CLOSE, out);
        } else {
            endpoint.writer.writeClose(code, reason, out);
        }
        state = CloseState.CLOSING;
        return true;
    }

    private boolean mayBeginMessage() {
        if (state != CloseState.OPEN) {
            return false; // also inside a message in parts: the close frame has cut it off
        }
        if (sendingParts) {
            throw new IllegalStateException("a message in parts has not ended; send its last part first");
        }
        return true;
    }

    // ------------------------------------------------------------------------------------------------------- ending

    /** Releases what the connection holds; call it once the transport is gone. Idempotent. */
    public void dispose() {
        if (state == CloseState.OPEN || state == CloseState.CLOSING) {
            state = CloseState.FAILED;
        }
        releaseIncoming();
        releaseOwedPong();
        if (deflate != null) {
            deflate.close();
        }
    }

    private void releaseIncoming() {
        if (incoming != null) {
            incoming.release();
        }
    }

    private void releaseOwedPong() {
        if (owedPong != null) {
            owedPong.release();
            owedPong = null;
        }
    }
}
