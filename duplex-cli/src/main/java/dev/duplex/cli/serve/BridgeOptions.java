package dev.duplex.cli.serve;

/**
 * How a session and a program are joined.
 *
 * @param frames how messages stand in the program's streams
 * @param queueBytes how much may wait for a program that does not read, before its client is not read either; and for a
 *     client, before messages are dropped
 * @param slow what becomes of a client that does not read
 * @param tagStreams whether messages say if they were written to stdout or stderr
 * @param logEnds whether a program's end is logged even if all went well
 * @param dropped told of each message that a client did not get
 */
public record BridgeOptions(
        FrameOptions frames, int queueBytes, Slow slow, boolean tagStreams, boolean logEnds, Runnable dropped) {
    public static final BridgeOptions DEFAULT =
            new BridgeOptions(FrameOptions.LINES, 256 * 1024, Slow.BLOCK, false, true, () -> {});

    /** What becomes of a client that does not read. */
    public enum Slow {
        /** The program waits. */
        BLOCK,
        /** It loses the oldest of what waits. */
        DROP_OLD,
        /** It loses what does not find room. */
        DROP_NEW,
        /** It is closed, by the server's own policy. */
        CLOSE;

        boolean drops() {
            return this == DROP_OLD || this == DROP_NEW;
        }
    }

    /** These with other framing. */
    public BridgeOptions withFrames(FrameOptions other) {
        return new BridgeOptions(other, queueBytes, slow, tagStreams, logEnds, dropped);
    }
}
