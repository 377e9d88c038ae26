package dev.duplex.client;

import dev.duplex.client.internal.UsvString;
import dev.duplex.core.CloseCode;
import dev.duplex.transport.SendResult;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a connection to a server: makes a new {@link WebSocket} whenever the last one is lost, until it is {@linkplain
 * #close() closed} or there is no point in trying.
 *
 * <pre>{@code
 * ReconnectingWebSocket feed = ReconnectingWebSocket.builder("wss://example.com/feed")
 *         .options(attempt -> tokens.fetch().thenApply(
 *                 token -> WebSocketOptions.builder().bearer(token).build()))
 *         .buffer(1000, 1024 * 1024, Overflow.DROP_OLDEST)
 *         .listener(new ReconnectingWebSocket.Listener() {
 *             @Override
 *             public void onOpen(WebSocket socket, int attempt) {
 *                 socket.send("subscribe prices");
 *             }
 *
 *             @Override
 *             public void onMessage(MessageEvent event) {
 *                 System.out.println(event.data());
 *             }
 *         })
 *         .start();
 * }</pre>
 *
 * <p><b>When it tries again.</b> After a time between nothing and a bound that doubles with each failed attempt, evenly
 * distributed, so that clients that were cut off together do not come back together ("full jitter"). A {@code
 * Retry-After} of a 429 or 503 comes on top of that. The bound is what it was at first only after a connection that
 * has lasted for a while.
 *
 * <p><b>When it does not.</b> After a close code or a handshake status that says that the same would happen again; after
 * too many attempts or too long a time, if there is such a limit; and when the program closes it.
 *
 * <p><b>What becomes of messages.</b> What is sent while there is no connection waits in a bounded buffer, if there is
 * one, and otherwise is not taken; {@link #send(String)} tells which. What was given to a connection is sent once or
 * not at all: a message that was on its way when the connection was lost is <em>not</em> sent again, since nobody knows
 * whether it has arrived. A program that must know asks the server to confirm, and sends again what was not confirmed
 * from {@link Listener#onOpen}.
 *
 * <p>The listener is called one call at a time, in order, by default on a thread that may block. Every method may be
 * called from any thread. It keeps the program running until it is closed.
 */
public final class ReconnectingWebSocket {
    /** What it is doing. */
    public enum State {
        /** It makes a connection. */
        CONNECTING,
        /** The connection is open. */
        OPEN,
        /** It waits until it tries again. */
        WAITING,
        /** It has ended for good. */
        CLOSED
    }

    /** Why it has ended for good. */
    public enum Stop {
        /** The program has closed it. */
        CLOSED,
        /** A close code, a handshake status or a mistake in what to connect to says that the same would happen again. */
        TERMINAL,
        /** {@link Builder#maxAttempts} is reached. */
        ATTEMPTS,
        /** {@link Builder#giveUpAfter} would be passed before the next attempt. */
        DEADLINE
    }

    /** Which message goes if the buffer of what waits for a connection is full. */
    public enum Overflow {
        /** The new one is not taken. */
        DROP_NEWEST,
        /** Those that have waited longest go, until the new one fits. */
        DROP_OLDEST
    }

    /**
     * An attempt to connect, for whoever makes its options.
     *
     * @param number from 1, in those since the last stable connection
     * @param previous why there is no connection, unless this is the first attempt: after a 401 a token from a cache
     *     will not do
     */
    public record Attempt(int number, Optional<Disconnection> previous) {}

    /** What it tells; one call at a time. An exception is logged, and disturbs nothing. */
    public interface Listener {
        /** An attempt begins. */
        default void onConnecting(int attempt) {}

        /**
         * A connection is open. What this sends through the WebSocket leaves before what has waited for a connection.
         *
         * @param socket for this connection only; to end everything, {@link ReconnectingWebSocket#close()}
         * @param attempt the number of the attempt that made it
         */
        default void onOpen(WebSocket socket, int attempt) {}

        /** A message has come. */
        default void onMessage(MessageEvent event) {}

        /** The connection is lost, or could not be made; the next attempt follows after this time. */
        default void onWaiting(Duration delay, Disconnection why) {}

        /**
         * A message that had been {@link SendResult#QUEUED} will not be sent: the buffer was full, or this has ended.
         *
         * @param data the String, the byte array or the {@link Blob}
         */
        default void onDropped(Object data) {}

        /**
         * It has ended for good; nothing follows.
         *
         * @param last what ended the last connection or attempt
         */
        default void onClosed(Stop why, Disconnection last) {}
    }

    private final Reconnector reconnector;

    private ReconnectingWebSocket(Reconnector reconnector) {
        this.reconnector = reconnector;
    }

    /**
     * Begins to say what differs from the defaults.
     *
     * @param url as for a {@link WebSocket}
     */
    public static Builder builder(String url) {
        return new Builder(url);
    }

    /** What it is doing. */
    public State state() {
        return reconnector.state();
    }

    /** The WebSocket of the open connection, for its pings and its attributes; empty while there is none. */
    public Optional<WebSocket> socket() {
        return reconnector.socket();
    }

    /**
     * Sends a text message. Never blocks.
     *
     * @return SENT if it was given to an open connection, QUEUED if it waits for the next one, DROPPED if there is no
     *     connection and no room in the buffer, CLOSED if there will be no connection any more
     */
    public SendResult send(String data) {
        String text = UsvString.of(data);
        return reconnector.send(text, ByteBufUtil.utf8Bytes(text));
    }

    /** Sends a binary message of a copy of these bytes; see {@link #send(String)}. */
    public SendResult send(byte[] data) {
        return reconnector.send(data.clone(), data.length);
    }

    /**
     * Sends a binary message of the data of a Blob; see {@link #send(String)}. While it waits, a Blob counts the memory
     * that it holds: a file or a stream none.
     */
    public SendResult send(Blob data) {
        return reconnector.send(data, data.isInMemory() ? data.size() : 0);
    }

    /** Ends it, whatever it is doing. What waits for a connection is dropped. Without effect if it has ended. */
    public void close() {
        reconnector.close(CloseCode.NO_STATUS, "");
    }

    /**
     * Ends it, whatever it is doing; an open connection is closed with this code.
     *
     * @param code 1000, or 3000 to 4999
     * @param reason at most 123 bytes of UTF-8, for the server to read
     * @throws DOMException.InvalidAccessError if the code is another
     * @throws DOMException.SyntaxError if the reason is longer
     */
    public void close(int code, String reason) {
        reconnector.close(code, WebSocket.checkedReason(code, reason));
    }

    @Override
    public String toString() {
        return reconnector.toString();
    }

    // --------------------------------------------------------------------------------------------------------- builder

    /** Collects what differs from the defaults. Each method replaces what was said before. Not thread-safe. */
    public static final class Builder {
        private static final Duration DEFAULT_OPTIONS_TIMEOUT = Duration.ofSeconds(30);

        final String url;
        private @Nullable WebSocketOptions fixed = WebSocketOptions.DEFAULT;
        Function<Attempt, ? extends CompletionStage<WebSocketOptions>> options =
                attempt -> CompletableFuture.completedFuture(WebSocketOptions.DEFAULT);
        boolean optionsAreMadeAnew;
        Duration optionsTimeout = DEFAULT_OPTIONS_TIMEOUT;

        @Nullable
        Executor executor;

        BinaryType binaryType = BinaryType.BLOB;
        Listener listener = new Listener() {};
        private Duration backoffBase = ReconnectPolicy.DEFAULT.backoffBase();
        private Duration backoffCap = ReconnectPolicy.DEFAULT.backoffCap();
        private Duration stableAfter = ReconnectPolicy.DEFAULT.stableAfter();
        private int maxAttempts = ReconnectPolicy.DEFAULT.maxAttempts();
        private Duration giveUpAfter = ReconnectPolicy.DEFAULT.giveUpAfter();
        private Duration maxRetryAfter = ReconnectPolicy.DEFAULT.maxRetryAfter();
        private IntPredicate terminalCloseCodes = ReconnectPolicy.DEFAULT.terminalCloseCodes();
        private IntPredicate terminalStatuses = ReconnectPolicy.DEFAULT.terminalStatuses();
        int maxMessages;
        long maxBytes;
        Overflow overflow = Overflow.DROP_NEWEST;
        Timers timers = Timers.ofClientLoops();
        RandomGenerator random = RandomGenerator.getDefault();

        private Builder(String url) {
            this.url = Objects.requireNonNull(url, "url");
        }

        /**
         * What each connection is made with. Their executor is not used; this has {@linkplain #executor its own}.
         *
         * @throws NullPointerException if they are null
         */
        public Builder options(WebSocketOptions forAll) {
            fixed = Objects.requireNonNull(forAll, "forAll");
            options = attempt -> CompletableFuture.completedFuture(forAll);
            optionsAreMadeAnew = false;
            return this;
        }

        /**
         * What makes the options of each connection, for instance with a new token; called before each attempt, by the
         * executor of the listener. If it throws, or its stage fails, the attempt has failed. With this, one 401 is no
         * reason to stop; a second one in a row is.
         */
        public Builder options(Function<Attempt, ? extends CompletionStage<WebSocketOptions>> forEach) {
            fixed = null;
            options = Objects.requireNonNull(forEach, "forEach");
            optionsAreMadeAnew = true;
            return this;
        }

        /** Time for options to be made; 30 s by default. */
        public Builder optionsTimeout(Duration timeout) {
            optionsTimeout = positive("optionsTimeout", timeout);
            return this;
        }

        /** What calls the listener, one call at a time; by default threads that may block. */
        public Builder executor(Executor runner) {
            executor = Objects.requireNonNull(runner, "runner");
            return this;
        }

        /** The form of binary messages; {@link BinaryType#BLOB} by default. */
        public Builder binaryType(BinaryType type) {
            binaryType = Objects.requireNonNull(type, "type");
            return this;
        }

        /** Who is told what happens. */
        public Builder listener(Listener told) {
            listener = Objects.requireNonNull(told, "told");
            return this;
        }

        /**
         * The bounds of the time between two attempts.
         *
         * @param base the bound after a stable connection, 1 s by default; it doubles with each attempt that fails
         * @param cap what it never exceeds, 30 s by default
         * @throws IllegalArgumentException if one is not longer than zero, or the cap is less than the base
         */
        public Builder backoff(Duration base, Duration cap) {
            positive("base", base);
            if (cap.compareTo(base) < 0) {
                throw new IllegalArgumentException("the cap must be at least the base, " + base + ", but was " + cap);
            }
            backoffBase = base;
            backoffCap = cap;
            return this;
        }

        /** How long a connection must be open to count as stable; 30 s by default. Shorter ones are failed attempts. */
        public Builder stableAfter(Duration time) {
            stableAfter = notNegative("stableAfter", time);
            return this;
        }

        /**
         * Ends it after so many attempts in a row that have not led to a stable connection; zero, the default, for never.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxAttempts(int attempts) {
            if (attempts < 0) {
                throw new IllegalArgumentException("maxAttempts must not be negative but was " + attempts);
            }
            maxAttempts = attempts;
            return this;
        }

        /** Ends it if for so long there has been no stable connection; zero, the default, for never. */
        public Builder giveUpAfter(Duration time) {
            giveUpAfter = notNegative("giveUpAfter", time);
            return this;
        }

        /** The longest {@code Retry-After} that is obeyed, 5 minutes by default; a longer one counts as this. */
        public Builder maxRetryAfter(Duration time) {
            maxRetryAfter = notNegative("maxRetryAfter", time);
            return this;
        }

        /**
         * The close codes of a server after which not to try again; by default 1000, 1002, 1003, 1007, 1008, 1009, 1010,
         * 3000 and 3003. Those of the application, 4000 to 4999, are for the application to add: {@code code -> code ==
         * 1000 || code == 4001}.
         */
        public Builder terminalCloseCodes(IntPredicate codes) {
            terminalCloseCodes = Objects.requireNonNull(codes, "codes");
            return this;
        }

        /**
         * The statuses of a refused handshake after which not to try again; by default all but 408, 425, 429 and those
         * from 500 on other than 501 and 505. A 101 that is refused by this side, for instance for a wrong
         * subprotocol, is one of them.
         */
        public Builder terminalStatuses(IntPredicate statuses) {
            terminalStatuses = Objects.requireNonNull(statuses, "statuses");
            return this;
        }

        /**
         * Keeps what is sent while there is no connection, in order, for the next one; by default nothing is kept. All of
         * it is given to that connection at once, so it should be less than {@code maxBufferedBytes} of the options, 16
         * MiB by default.
         *
         * @param messages most messages that wait
         * @param bytes most bytes of text and binary data that they hold
         * @throws IllegalArgumentException if one is negative
         */
        public Builder buffer(int messages, long bytes, Overflow whenFull) {
            if (messages < 0 || bytes < 0) {
                throw new IllegalArgumentException(
                        "the bounds of the buffer must not be negative but were " + messages + " and " + bytes);
            }
            maxMessages = messages;
            maxBytes = bytes;
            overflow = Objects.requireNonNull(whenFull, "whenFull");
            return this;
        }

        ReconnectPolicy policy() {
            return new ReconnectPolicy(
                    backoffBase,
                    backoffCap,
                    stableAfter,
                    maxAttempts,
                    giveUpAfter,
                    maxRetryAfter,
                    terminalCloseCodes,
                    terminalStatuses);
        }

        /** For tests: another clock, and known randomness. */
        Builder with(Timers clock, RandomGenerator source) {
            timers = clock;
            random = source;
            return this;
        }

        /**
         * Begins to connect, and returns.
         *
         * @throws DOMException.SyntaxError if the URL is not valid; if options are made for each attempt, and the URL may
         *     be relative to theirs, it ends as {@link Stop#TERMINAL} instead
         */
        public ReconnectingWebSocket start() {
            if (fixed != null) {
                ConstructorSteps.urlRecord(url, fixed.baseUrl());
            }
            Reconnector reconnector = new Reconnector(this);
            reconnector.start();
            return new ReconnectingWebSocket(reconnector);
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + " must be longer than zero but was " + value);
            }
            return value;
        }

        private static Duration notNegative(String name, Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative but was " + value);
            }
            return value;
        }
    }
}
