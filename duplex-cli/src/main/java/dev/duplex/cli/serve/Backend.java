package dev.duplex.cli.serve;

import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The other end of sessions: a program, or a socket. Every method may be called from any thread and none blocks. */
interface Backend {
    /** What it reads. */
    PipeWriter in();

    /** What it writes. */
    PipeReader out();

    /** What it writes on stderr, where the client or our log is to get it. */
    Optional<PipeReader> err();

    /** Done when it has ended by itself or was brought to its end. */
    CompletionStage<ExitStatus> exit();

    /** Whether it ends because our server does. */
    boolean serverStops();

    /** Whether we have sent it a signal to end it. */
    boolean wasSignalled();

    /** Brings it to its end. Without effect the second time. */
    void stop();

    /** Brings it to its end before anybody has begun to read it. */
    default void discard() {
        stop();
        in().close();
        out().close();
        err().ifPresent(PipeReader::close);
    }
}
