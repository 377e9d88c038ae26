package dev.duplex.conformance.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads frames out of bytes in any pieces, and takes whatever comes: it enforces nothing and never throws for what a
 * peer sent. {@link Frame#faults()} tells what is wrong with a frame. Not thread-safe.
 */
public final class FrameReader {
    private static final int LONGEST_HEADER = 14;
    private static final int FIRST_BUFFER = 1024;

    private final int maxPayload;
    private final byte[] header = new byte[LONGEST_HEADER];
    private int headerRead;

    /** The frame whose payload is being read, with what stands in its header; empty between frames. */
    private Optional<Frame> begun = Optional.empty();

    private byte[] payload = {};
    private int kept;
    private long taken;

    /**
     * @param maxPayload how many bytes of a frame's payload are kept; what is beyond is counted and dropped. Memory
     *     follows the bytes that came, not the length that is declared
     */
    public FrameReader(int maxPayload) {
        this.maxPayload = maxPayload;
    }

    /** Takes the next bytes and returns the frames that are complete with them, in order. */
    public List<Frame> read(byte[] bytes) {
        return read(bytes, 0, bytes.length);
    }

    /** Takes the next bytes and returns the frames that are complete with them, in order. */
    public List<Frame> read(byte[] bytes, int offset, int length) {
        List<Frame> frames = new ArrayList<>();
        int index = offset;
        int end = offset + length;
        while (index < end) {
            if (begun.isEmpty()) {
                header[headerRead++] = bytes[index++];
                if (headerRead < 2 || headerRead < headerSize()) {
                    continue;
                }
                begun = Optional.of(parseHeader());
            }
            Frame frame = begun.get();
            index += takePayload(frame, bytes, index, end);
            // As unsigned numbers: of a frame that declares 2^63 bytes or more there is no end.
            if (taken == frame.declaredLength()) {
                frames.add(partial(frame));
                reset();
            }
        }
        return frames;
    }

    /** The frame that has begun and is not complete, with what came of its payload; empty if its header is not complete. */
    public Optional<Frame> unfinished() {
        return begun.map(this::partial);
    }

    /** Bytes that came of a frame which is not complete, its header included. */
    public long unfinishedBytes() {
        return headerRead + taken;
    }

    private int headerSize() {
        int length = header[1] & 0x7F;
        return 2 + (length == 127 ? 8 : length == 126 ? 2 : 0) + ((header[1] & 0x80) != 0 ? 4 : 0);
    }

    private Frame parseHeader() {
        int shortLength = header[1] & 0x7F;
        int lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
        long length = lengthBytes == 0 ? shortLength : number(2, lengthBytes);
        boolean masked = (header[1] & 0x80) != 0;
        return new Frame(
                (header[0] & 0x80) != 0,
                (header[0] >> 4) & 7,
                header[0] & 0xF,
                masked,
                masked ? (int) number(2 + lengthBytes, 4) : 0,
                lengthBytes,
                length,
                new byte[0]);
    }

    private long number(int offset, int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | (header[offset + i] & 0xFF);
        }
        return number;
    }

    private int takePayload(Frame frame, byte[] bytes, int index, int end) {
        long missing = frame.declaredLength() - taken;
        int available = end - index;
        int length = Long.compareUnsigned(missing, available) < 0 ? (int) missing : available;
        int keep = Math.min(length, maxPayload - kept);
        if (kept + keep > payload.length) {
            int most = (int) Math.min(maxPayload, frame.declaredLength() < 0 ? maxPayload : frame.declaredLength());
            payload = Arrays.copyOf(
                    payload, Math.min(most, Math.max(kept + keep, Math.max(FIRST_BUFFER, payload.length * 2))));
        }
        System.arraycopy(bytes, index, payload, kept, keep);
        Masking.apply(payload, kept, keep, frame.maskingKey(), kept);
        kept += keep;
        taken += length;
        return length;
    }

    private Frame partial(Frame frame) {
        return new Frame(
                frame.fin(),
                frame.reservedBits(),
                frame.opcode(),
                frame.masked(),
                frame.maskingKey(),
                frame.lengthBytes(),
                frame.declaredLength(),
                Arrays.copyOf(payload, kept));
    }

    private void reset() {
        begun = Optional.empty();
        headerRead = 0;
        payload = new byte[0];
        kept = 0;
        taken = 0;
    }
}
