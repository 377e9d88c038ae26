package dev.duplex.transport.pipe;

/** What a program reads. Every method may be called from any thread and none blocks. */
public interface PipeWriter {
    /** What a piece that waits counts at least, in bytes. */
    int OVERHEAD_BYTES = 64;

    /** Told on any thread. */
    interface Listener {
        /** Nothing waits any more, after something did. */
        void drained();

        /** The program has closed its end: what is written from here on is dropped. */
        void broken();
    }

    /** To be called once, before the first write. */
    void start(Listener listener);

    /**
     * Writes, or lets wait what the pipe does not take.
     *
     * @param bytes nobody changes them any more
     * @return how much waits: the bytes, and {@value #OVERHEAD_BYTES} for each piece
     */
    long write(byte[] bytes);

    /** What waits, in bytes. */
    long waiting();

    /** Closes our end, so that the program reads its end, once all that waits is written. */
    void end();

    /** Closes our end and drops what waits. */
    void close();
}
