package dev.duplex.client;

import dev.duplex.client.internal.UrlRecord;
import dev.duplex.core.CloseCode;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket whose messages are streams with backpressure in both directions, as the proposed <a
 * href="https://github.com/whatwg/websockets/pull/48">WebSocketStream</a> of the WHATWG describes it: promises are
 * stages here, a {@code ReadableStream} is a {@link Flow.Publisher}.
 *
 * <pre>{@code
 * WebSocketStream stream = new WebSocketStream("wss://example.com/feed");
 * stream.opened().thenAccept(open -> {
 *     open.readable().subscribe(subscriber);
 *     open.writable().write("subscribe prices");
 * });
 * stream.closed().whenComplete((info, failure) -> System.out.println(failure == null ? info : failure));
 * }</pre>
 *
 * <p>What is read from the network follows what the subscriber has asked for, and is at most one message ahead of it: a
 * server that sends more has to wait, by the means of TCP. While a message waits to be asked for, pings of the server
 * are not answered either, so a subscriber must ask for more before the server loses its patience.
 *
 * <p>Stages and subscribers are called by the executor of the options, by default on threads that may block; signals of
 * the subscriber one at a time and in order. {@link WebSocketObserver}s are not told of streams. Every method may be
 * called from any thread. An open stream keeps the program running; {@link #close()} it.
 */
public final class WebSocketStream {
    private final UrlRecord url;
    private final StreamConnection connection;

    /**
     * What is there once the connection is established.
     *
     * @param readable the messages that come. It has one subscriber; another one is told an {@link
     *     IllegalStateException}. It completes when the connection has been closed cleanly, and fails with a {@link
     *     DOMException.WebSocketError} if it has not, in either case behind the messages that came before. To cancel, or
     *     to request a number that is not positive, which is an {@link IllegalArgumentException}, closes the stream.
     * @param writable takes the messages to send
     * @param extensions the extensions in use, or ""
     * @param protocol the subprotocol that the server has chosen, or ""
     */
    public record OpenInfo(Flow.Publisher<Message> readable, Writable writable, String extensions, String protocol) {}

    /**
     * How a stream has been closed.
     *
     * @param closeCode the code of the server's close frame: 1005 if it had none
     * @param reason the reason in that frame, or ""
     */
    public record CloseInfo(int closeCode, String reason) {}

    /** A message: text or bytes. */
    public sealed interface Message {
        /**
         * A text message.
         *
         * @param text lone surrogates in it are sent as U+FFFD
         */
        record Text(String text) implements Message {}

        /**
         * A binary message.
         *
         * @param bytes the array itself, not a copy
         */
        record Binary(byte[] bytes) implements Message {}
    }

    /** The side of a stream that sends. */
    public interface Writable {
        /**
         * Sends a text message. Never blocks.
         *
         * @return complete once the network can take more, so that a program that waits for it before the next message
         *     has no more than this one in memory. It fails with a {@link DOMException.InvalidStateError}, and the
         *     message is not sent, if the stream is closing or more than {@code maxBufferedBytes} would wait; and with
         *     a {@link DOMException.WebSocketError} if the connection is lost, sent or not.
         */
        CompletionStage<Void> write(String data);

        /** Sends a binary message of these bytes; they are read before this returns. See {@link #write(String)}. */
        CompletionStage<Void> write(byte[] data);

        /** Sends a message; see {@link #write(String)}. */
        CompletionStage<Void> write(Message message);

        /** Complete as soon as nothing waits for the network. */
        CompletionStage<Void> ready();

        /** Closes the stream behind what was written; complete once that has been done cleanly. */
        CompletionStage<Void> close();

        /**
         * Writes what a publisher has, asking for the next message when the network can take it. At the end of the
         * publisher, failed or not, the stream is closed; if the stream fails, the subscription is cancelled.
         */
        Flow.Subscriber<Message> subscriber();
    }

    /**
     * Begins to connect.
     *
     * @param url of scheme ws, wss, http or https, without a fragment
     * @throws DOMException.SyntaxError if the URL is not valid
     */
    public WebSocketStream(String url) {
        this(url, WebSocketOptions.DEFAULT, null);
    }

    /**
     * Begins to connect.
     *
     * @param url of scheme ws, wss, http or https, without a fragment; relative if the options have a base URL
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocketStream(String url, WebSocketOptions options) {
        this(url, options, null);
    }

    /**
     * Begins to connect, unless the signal has aborted.
     *
     * @param signal if it aborts before the connection is established, {@link #opened} and {@link #closed} fail with a
     *     {@link DOMException.AbortError}; afterwards it has no effect
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocketStream(String url, WebSocketOptions options, @Nullable AbortSignal signal) {
        this.url = ConstructorSteps.urlRecord(url, options.baseUrl());
        this.connection = new StreamConnection(this, this.url, options, signal);
        connection.establish();
    }

    /** The URL, serialized. */
    public String url() {
        return url.toString();
    }

    /**
     * Complete once the connection is established. Fails with a {@link DOMException.WebSocketError} that says why there
     * is none.
     */
    public CompletionStage<OpenInfo> opened() {
        return connection.opened();
    }

    /**
     * Complete once the connection has been closed cleanly, by either side. Fails with a {@link
     * DOMException.WebSocketError} if it could not be established, or has ended in another way.
     */
    public CompletionStage<CloseInfo> closed() {
        return connection.closed();
    }

    /** Closes the stream, with no code: the server sees 1005. What was written before leaves first. */
    public void close() {
        connection.close(CloseCode.NO_STATUS, "");
    }

    /**
     * Closes the stream. What was written before leaves first; without effect if it is closing or closed.
     *
     * @param closeCode 1000, or 3000 to 4999
     * @param reason at most 123 bytes of UTF-8, for the server to read
     * @throws DOMException.InvalidAccessError if the code is another
     * @throws DOMException.SyntaxError if the reason is longer
     */
    public void close(int closeCode, String reason) {
        connection.close(closeCode, WebSocket.checkedReason(closeCode, reason));
    }

    @Override
    public String toString() {
        return "WebSocketStream to " + url.origin();
    }
}
