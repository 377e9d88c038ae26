package dev.duplex.cli.serve;

/**
 * How a session and a program are joined.
 *
 * @param frames how messages stand in the program's streams
 * @param queueBytes how much may wait for a program that does not read, before its client is not read either
 * @param waitForSlow whether a program waits for a client that does not read; otherwise the server's policy decides
 * @param tagStreams whether messages say if they were written to stdout or stderr
 * @param logEnds whether a program's end is logged even if all went well
 */
public record BridgeOptions(
        FrameOptions frames, int queueBytes, boolean waitForSlow, boolean tagStreams, boolean logEnds) {
    public static final BridgeOptions DEFAULT = new BridgeOptions(FrameOptions.LINES, 256 * 1024, true, false, true);

    /** These with other framing. */
    public BridgeOptions withFrames(FrameOptions other) {
        return new BridgeOptions(other, queueBytes, waitForSlow, tagStreams, logEnds);
    }
}
