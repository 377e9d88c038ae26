package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Tls;
import dev.duplex.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections over real sockets, on each transport that works here. */
class SocketsTest {
    private static final int SECONDS = 30;

    private @Nullable EventLoops loops;
    private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();

    private record Accepted(WebSocketConnection connection, Listener listener) {}

    /** What a test waits for. */
    private static final class Listener implements ConnectionListener {
        final CompletableFuture<CloseEvent> closed = new CompletableFuture<>();
        final AtomicInteger closings = new AtomicInteger();
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final AtomicInteger drains = new AtomicInteger();
        volatile Runnable whenDrained = () -> {};
        final AtomicInteger dropped = new AtomicInteger();

        @Override
        public void onMessage(boolean text, ByteBuf payload, int index, int length) {
            messages.add(payload.toString(index, length, java.nio.charset.StandardCharsets.UTF_8));
        }

        @Override
        public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {}

        @Override
        public void onPing(ByteBuf payload, int index, int length) {}

        @Override
        public void onPong(ByteBuf payload, int index, int length) {}

        @Override
        public void onRoundTrip(long nanos) {}

        @Override
        public void onDrain() {
            drains.incrementAndGet();
            whenDrained.run();
        }

        @Override
        public void onDropped() {
            dropped.incrementAndGet();
        }

        @Override
        public void onViolation(dev.duplex.core.Violation violation, String reason) {}

        @Override
        public void onClosed(CloseEvent event) {
            closings.incrementAndGet();
            closed.complete(event);
        }
    }

    private int listen(Transport transport, Limits limits, SlowConsumerPolicy policy, @Nullable Tls tls) {
        EventLoops opened = null;
        String missing = "";
        try {
            opened = EventLoops.open(transport, 2, "test", () -> new DeflateResources(6, new DedicatedCount(1)));
        } catch (IllegalStateException e) {
            missing = e.getMessage();
        }
        assumeThat(missing).as("transport").isEmpty();
        loops = opened;
        EventLoops running = java.util.Objects.requireNonNull(opened);
        assertThat(running.transport()).isEqualTo(transport);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Channel server = new ServerBootstrap()
                .group(running.group())
                .channel(running.serverChannel(address))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Listener listener = new Listener();
                        WebSocketConnection connection =
                                Ends.server(channel, running.stateOf(channel.eventLoop()), limits, policy, listener);
                        if (tls != null) {
                            channel.pipeline().addLast(tls.context().newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(connection);
                        accepted.add(new Accepted(connection, listener));
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private int listen(Transport transport, Limits limits) {
        return listen(transport, limits, SlowConsumerPolicy.CLOSE, null);
    }

    private BlockingPeer connect(int port) throws IOException {
        return new BlockingPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    private Accepted accepted() throws InterruptedException {
        Accepted next = accepted.poll(SECONDS, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @AfterEach
    void loopsEnd() {
        if (loops != null) {
            loops.shutdown().syncUninterruptibly();
        }
    }

    /** Row B04 of the hostile inputs. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void whatManyThreadsSendArrivesCompleteAndInOrderPerThread(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS.withMaxBufferedBytes(16 * 1024 * 1024));
        int threads = 8;
        int messages = 1000;
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            List<Thread> senders = new ArrayList<>();
            AtomicInteger refused = new AtomicInteger();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                Thread sender = new Thread(() -> {
                    for (int m = 0; m < messages; m++) {
                        if (!server.connection()
                                .sendText(thread + ":" + m, null)
                                .isAccepted()) {
                            refused.incrementAndGet();
                        }
                    }
                });
                senders.add(sender);
                sender.start();
            }
            while (client.recorder.events.size() < threads * messages && client.read()) {}
            for (Thread sender : senders) {
                sender.join();
            }
            assertThat(refused).hasValue(0);
            int[] next = new int[threads];
            for (String event : client.recorder.take()) {
                String[] parts = event.substring("text ".length()).split(":");
                assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
            }
            assertThat(next).containsOnly(messages);
            client.close(1000);
            while (client.read()) {}
            assertThat(server.listener().closed.get(SECONDS, TimeUnit.SECONDS).wasClean())
                    .isTrue();
        }
    }

    /** The loop tells that nothing waits while it takes what another thread has sent: there is more of that. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void whatIsSentOnceNothingWaitsComesBehindWhatOthersHaveSent(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS.withMaxBufferedBytes(16 * 1024 * 1024));
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            server.listener().whenDrained = () -> {
                server.listener().whenDrained = () -> {};
                server.connection().sendText("last", null);
            };
            CountDownLatch sent = new CountDownLatch(1);
            server.connection().channel().eventLoop().execute(() -> await(sent));
            String large = "x".repeat(Outbox.CORK_BYTES);
            for (int i = 0; i < 3; i++) {
                assertThat(server.connection().sendText(i + large, null)).isEqualTo(SendResult.QUEUED);
            }
            sent.countDown();
            while (client.recorder.events.size() < 4 && client.read()) {}
            assertThat(client.recorder.take())
                    .extracting(event -> event.substring(0, Math.min(9, event.length())))
                    .containsExactly("text 0xxx", "text 1xxx", "text 2xxx", "text last");
        }
    }

    /** Row F19: the peer sends for ever and never answers the close frame. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aPeerThatNeverAnswersTheCloseFrameIsCut(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS.withCloseTimeout(Duration.ofMillis(300)));
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            server.connection().close(1000, "done");
            while (client.read()) {}
            assertThat(client.recorder.events).containsExactly("close 1000 done");
            CloseEvent event = server.listener().closed.get(SECONDS, TimeUnit.SECONDS);
            assertThat(event.cause()).isEqualTo("the closing handshake was not finished within 300 ms (closeTimeout)");
            assertThat(server.listener().closings).hasValue(1);
        }
    }

    /** Row F20 in small. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void threadsSendWhileBothSidesClose(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS);
        for (int round = 0; round < 40; round++) {
            try (BlockingPeer client = connect(port)) {
                Accepted server = accepted();
                CountDownLatch started = new CountDownLatch(4);
                List<Thread> senders = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    boolean closes = t == 3;
                    Thread sender = new Thread(() -> {
                        started.countDown();
                        for (int m = 0; m < 200; m++) {
                            SendResult result = server.connection().sendText("x", null);
                            if (closes && m == 20) {
                                server.connection().close(1000, "ours");
                            } else if (result == SendResult.CLOSED) {
                                return;
                            }
                        }
                    });
                    senders.add(sender);
                    sender.start();
                }
                started.await();
                client.close(1001);
                while (client.read()) {}
                for (Thread sender : senders) {
                    sender.join();
                }
                List<String> events = client.recorder.take();
                // The protocol would have answered anything wrong, or a second close frame, with a violation.
                assertThat(events.stream().filter(event -> event.startsWith("close ")))
                        .hasSize(1);
                assertThat(events.get(events.size() - 1)).startsWith("close ");
                assertThat(events).noneMatch(event -> event.startsWith("violation"));
                assertThat(server.listener()
                                .closed
                                .get(SECONDS, TimeUnit.SECONDS)
                                .wasClean())
                        .isTrue();
                assertThat(server.listener().closings).hasValue(1);
            }
        }
    }

    /** More than a socket takes at once; and the sender changes the bytes as soon as it may. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void largeMessagesArriveAsTheyWereWhenTheyWereSent(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS.withMaxBufferedBytes(64 * 1024 * 1024));
        int messages = 12;
        int length = 700_000;
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            CompletableFuture<List<SendResult>> results = new CompletableFuture<>();
            server.connection().channel().eventLoop().execute(() -> {
                List<SendResult> all = new ArrayList<>();
                ByteBuf payload = Unpooled.directBuffer(length);
                for (int m = 0; m < messages; m++) {
                    payload.clear().writeCharSequence(content(m, length), StandardCharsets.US_ASCII);
                    all.add(server.connection().sendBytes(true, payload, 0, length, null));
                    all.add(server.connection().sendText("after " + m, null));
                }
                payload.release();
                results.complete(all);
            });
            assertThat(results.get(SECONDS, TimeUnit.SECONDS)).allMatch(SendResult::isAccepted);
            while (client.recorder.events.size() < 2 * messages && client.read()) {}
            List<String> events = client.recorder.take();
            for (int m = 0; m < messages; m++) {
                assertThat(events.get(2 * m).equals("text " + content(m, length)))
                        .as("message %d", m)
                        .isTrue();
                assertThat(events.get(2 * m + 1)).isEqualTo("text after " + m);
            }
        }
    }

    private static String content(int number, int length) {
        return Character.toString('a' + number).repeat(length);
    }

    /** Rows B01 and B02: the reader stops, and who sends is told; closing does not wait for it either. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aPeerThatStopsReadingMeetsTheBound(Transport transport) throws Exception {
        Limits limits = Limits.DEFAULTS.withCloseTimeout(Duration.ofMillis(300));
        int port = listen(transport, limits);
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            ByteBuf payload = Unpooled.wrappedBuffer(new byte[1024]);
            long most = 0;
            SendResult result = SendResult.SENT;
            for (int i = 0; i < 100_000 && result.isAccepted(); i++) {
                result = server.connection().sendBytes(false, payload, 0, 1024, null);
                // Twice, since what moves from one queue to the next while it is read may be counted in both.
                long waiting = Math.min(
                        server.connection().bufferedAmount(),
                        server.connection().bufferedAmount());
                most = Math.max(most, waiting);
            }
            assertThat(result.isAccepted()).isFalse();
            assertThat(most).isLessThanOrEqualTo(2L * limits.maxBufferedBytes() + Outbox.CORK_BYTES);
            CloseEvent event = server.listener().closed.get(SECONDS, TimeUnit.SECONDS);
            assertThat(event.cause()).startsWith("the peer reads too slowly");
            assertThat(client.socket.isConnected()).isTrue();
        }
    }

    /** Row B01: whoever has been answered DROPPED under CLOSE is not answered anything better afterwards. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void nothingIsTakenAfterTheBoundWasMet(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS.withCloseTimeout(Duration.ofMillis(300)));
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            ByteBuf payload = Unpooled.wrappedBuffer(new byte[64 * 1024]);
            CountDownLatch refused = new CountDownLatch(1);
            SendResult result = SendResult.SENT;
            // The loop is held up, so that it is certain to decide after we have been answered.
            server.connection().channel().eventLoop().execute(() -> await(refused));
            try {
                for (int i = 0; i < 1000 && result.isAccepted(); i++) {
                    result = server.connection().sendBytes(false, payload, 0, payload.readableBytes(), null);
                }
                assertThat(result).isEqualTo(SendResult.DROPPED);
                assertThat(server.connection().sendText("once more", null)).isEqualTo(SendResult.CLOSED);
            } finally {
                refused.countDown();
            }
            while (client.read()) {
                assertThat(client.recorder.take()).noneMatch("text once more"::equals);
            }
            CloseEvent event = server.listener().closed.get(SECONDS, TimeUnit.SECONDS);
            assertThat(event.cause()).startsWith("the peer reads too slowly");
            assertThat(server.listener().dropped).hasValue(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** RFC 6455 §7.1.7: the close frame arrives, then the end of the stream, although we had more to say. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aViolatorReadsItsCloseFrameAndTheEnd(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS);
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            client.text("fine");
            client.send(End.hex("83 80 00000000"));
            client.send(Unpooled.buffer().writeZero(200_000));
            while (client.read()) {}
            assertThat(client.recorder.events).containsExactly("close 1002 reserved opcode");
            assertThat(server.listener().closed).isNotDone();
            client.socket.shutdownOutput();
            CloseEvent event = server.listener().closed.get(SECONDS, TimeUnit.SECONDS);
            assertThat(event.code()).isEqualTo(1002);
            assertThat(server.listener().messages).containsExactly("fine");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void worksOverTls(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, Tls.selfSigned("localhost"));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        for (boolean violates : new boolean[] {false, true}) {
            try (BlockingPeer client =
                    new BlockingPeer(context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port))) {
                client.text("hello");
                Accepted server = accepted();
                assertThat(server.listener().messages.poll(SECONDS, TimeUnit.SECONDS))
                        .isEqualTo("hello");
                assertThat(server.connection()
                                .sendText("x".repeat(300_000), null)
                                .isAccepted())
                        .isTrue();
                while (client.recorder.events.isEmpty() && client.read()) {}
                assertThat(client.recorder.take()).containsExactly("text " + "x".repeat(300_000));
                if (violates) {
                    client.send(End.hex("83 80 00000000"));
                } else {
                    client.close(1000);
                }
                while (client.read()) {}
                assertThat(client.recorder.take()).hasSize(1).first().asString().startsWith("close 100");
                client.socket.close();
                CloseEvent event = server.listener().closed.get(SECONDS, TimeUnit.SECONDS);
                assertThat(event.wasClean()).isEqualTo(!violates);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aPausedConnectionDeliversEverythingOnceResumed(Transport transport) throws Exception {
        int port = listen(transport, Limits.DEFAULTS);
        try (BlockingPeer client = connect(port)) {
            Accepted server = accepted();
            CompletableFuture<Void> paused = new CompletableFuture<>();
            server.connection().channel().eventLoop().execute(() -> {
                server.connection().pause();
                paused.complete(null);
            });
            paused.get(SECONDS, TimeUnit.SECONDS);
            for (int i = 0; i < 100; i++) {
                client.text("m" + i);
            }
            server.connection().channel().eventLoop().execute(server.connection()::resume);
            for (int i = 0; i < 100; i++) {
                assertThat(server.listener().messages.poll(SECONDS, TimeUnit.SECONDS))
                        .isEqualTo("m" + i);
            }
        }
        accepted.clear();
    }
}
