package dev.duplex.transport.pipe;

/** What a program writes. Every method may be called from any thread and none blocks. */
public interface PipeReader {

    /** Told one after the other, on the thread of the pipe. */
    interface Listener {
        /** Bytes have come; the array is valid during the call. */
        void bytes(byte[] buffer, int length);

        /** Nothing will come any more: every holder of the other end has closed it, or {@link #finish} has found the pipe empty. */
        void end();
    }

    /** Begins to read. To be called once. */
    void start(Listener listener);

    /** Reads no more, after what is being told now, until {@link #resume}. */
    void pause();

    void resume();

    /**
     * The program has ended: what it has written is still told, and then the end, even if a child of it still holds the
     * other end.
     */
    void finish();

    /** Closes our end; the listener is not told any more. */
    void close();
}
