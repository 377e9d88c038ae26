package dev.duplex.client;

import dev.duplex.client.WebSocketStream.Message;
import dev.duplex.client.internal.UsvString;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The writable side of a {@link WebSocketStream}. */
final class StreamWritable implements WebSocketStream.Writable {
    private final WebSocketStream stream;
    private final WebSocketConnection connection;
    private final int maxBufferedBytes;
    private final Elsewhere elsewhere;

    // The lock is held while the connection is given something, so that it cannot tell that nothing waits any more
    // before
    // it is known that something does.
    private final Object lock = new Object();

    /** Writes that wait for the network. */
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();

    private boolean closing;
    private @Nullable Throwable end;

    /** What the connection has dropped without having said so to a write. */
    private int unexplained;

    StreamWritable(WebSocketStream stream, WebSocketConnection connection, int maxBufferedBytes, Elsewhere elsewhere) {
        this.stream = stream;
        this.connection = connection;
        this.maxBufferedBytes = maxBufferedBytes;
        this.elsewhere = elsewhere;
    }

    @Override
    public CompletionStage<Void> write(String data) {
        String text = UsvString.of(data);
        return give(() -> connection.sendText(text, null));
    }

    @Override
    public CompletionStage<Void> write(byte[] data) {
        ByteBuf payload = Unpooled.wrappedBuffer(data);
        return give(() -> connection.sendBytes(false, payload, 0, data.length, null));
    }

    @Override
    public CompletionStage<Void> write(Message message) {
        return message instanceof Message.Text text ? write(text.text()) : write(((Message.Binary) message).bytes());
    }

    private CompletionStage<Void> give(Supplier<SendResult> how) {
        synchronized (lock) {
            if (end != null) {
                return CompletableFuture.failedFuture(end);
            }
            SendResult result = closing ? SendResult.CLOSED : how.get();
            return switch (result) {
                case SENT -> CompletableFuture.completedFuture(null);
                case QUEUED -> {
                    CompletableFuture<Void> written = new CompletableFuture<>();
                    waiting.add(written);
                    yield written.minimalCompletionStage();
                }
                case DROPPED -> {
                    unexplained--;
                    yield CompletableFuture.failedFuture(new DOMException.InvalidStateError("more than "
                            + maxBufferedBytes + " bytes would wait to be sent (maxBufferedBytes); write when the stage"
                            + " of the last write is complete"));
                }
                case CLOSED ->
                    CompletableFuture.failedFuture(new DOMException.InvalidStateError(
                            "the stream is closing, so that nothing can be written"));
            };
        }
    }

    @Override
    public CompletionStage<Void> ready() {
        synchronized (lock) {
            if (end != null) {
                return CompletableFuture.failedFuture(end);
            }
            // All that wait are complete at the same time.
            return waiting.isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : waiting.get(0).minimalCompletionStage();
        }
    }

    @Override
    public CompletionStage<Void> close() {
        stream.close();
        return stream.closed().thenApply(info -> null);
    }

    @Override
    public Flow.Subscriber<Message> subscriber() {
        return new Writing();
    }

    // ---------------------------------------------------------------------------------------------- from the
    // connection

    /** Nothing waits any more. */
    void drained() {
        List<CompletableFuture<Void>> written;
        synchronized (lock) {
            written = waiting;
            waiting = new ArrayList<>();
        }
        if (!written.isEmpty()) {
            elsewhere.run(() -> written.forEach(write -> write.complete(null)));
        }
    }

    /** The connection has dropped a message. What is dropped before its write is told so is counted below zero there. */
    void dropped() {
        synchronized (lock) {
            unexplained++;
        }
    }

    /** Whether a message is lost of which the program believes that it will be sent. */
    boolean hasLost() {
        synchronized (lock) {
            return unexplained > 0;
        }
    }

    /** The stream is closing: what was written before is still sent, and nothing more. */
    void closing() {
        synchronized (lock) {
            closing = true;
        }
    }

    /** The connection is gone. */
    void end(Throwable why) {
        List<CompletableFuture<Void>> lost;
        synchronized (lock) {
            end = why;
            lost = waiting;
            waiting = new ArrayList<>();
        }
        elsewhere.run(() -> lost.forEach(write -> write.completeExceptionally(why)));
    }

    /** Writes what a publisher has, one message at a time. */
    private final class Writing implements Flow.Subscriber<Message> {
        private Flow.@Nullable Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription offered) {
            Objects.requireNonNull(offered, "subscription"); // §2.13
            if (subscription != null) {
                offered.cancel(); // §2.5
                return;
            }
            subscription = offered;
            offered.request(1);
        }

        @Override
        public void onNext(Message message) {
            Flow.Subscription from = Objects.requireNonNull(subscription, "onSubscribe comes first");
            write(Objects.requireNonNull(message, "message")).whenComplete((written, failure) -> {
                if (failure == null) {
                    from.request(1);
                } else {
                    from.cancel();
                }
            });
        }

        @Override
        public void onError(Throwable thrown) {
            Objects.requireNonNull(thrown, "thrown");
            stream.close();
        }

        @Override
        public void onComplete() {
            stream.close();
        }
    }
}
