package dev.duplex.cli.serve;

import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import dev.duplex.transport.pipe.Sockets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection to a server that knows nothing of WebSocket. It ends as a program does that succeeds: when it has closed. */
final class SocketBackend implements Backend {
    private final Sockets.Connection connection;
    private final Duration farewell;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    /** @param farewell how long the server has to close, once we have */
    SocketBackend(Sockets.Connection connection, Duration farewell) {
        this.connection = connection;
        this.farewell = farewell;
    }

    @Override
    public PipeWriter in() {
        return connection.in();
    }

    @Override
    public PipeReader out() {
        return new Watched();
    }

    /** The end of what it sends is its end. */
    private final class Watched implements PipeReader {
        @Override
        public void start(Listener listener) {
            connection.out().start(new Listener() {
                @Override
                public void bytes(byte[] buffer, int length) {
                    listener.bytes(buffer, length);
                }

                @Override
                public void end() {
                    exit.complete(new ExitStatus(0));
                    listener.end();
                }
            });
        }

        @Override
        public void pause() {
            connection.out().pause();
        }

        @Override
        public void resume() {
            connection.out().resume();
        }

        @Override
        public void finish() {
            connection.out().finish();
        }

        @Override
        public void close() {
            connection.out().close();
        }
    }

    @Override
    public Optional<PipeReader> err() {
        return Optional.empty();
    }

    @Override
    public CompletionStage<ExitStatus> exit() {
        return exit;
    }

    @Override
    public boolean serverStops() {
        return false;
    }

    @Override
    public boolean wasSignalled() {
        return false;
    }

    @Override
    public void stop() {
        if (stopping.compareAndSet(false, true)) {
            in().end();
            CompletableFuture.delayedExecutor(farewell.toNanos(), TimeUnit.NANOSECONDS)
                    .execute(in()::close);
        }
    }
}
