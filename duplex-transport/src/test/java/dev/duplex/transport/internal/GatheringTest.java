package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.duplex.core.Limits;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large messages that are sent back where they came from: with a socket of its own, a loop copies none of them. */
class GatheringTest {
    private static final int SECONDS = 30;

    private static final int LARGE = ChannelWriter.LARGE_BYTES + 600;

    private @Nullable EventLoops opened;
    private final BlockingQueue<Answering> accepted = new LinkedBlockingQueue<>();

    /** A connection and what is done with each message. */
    private static final class Answering {
        final WebSocketConnection connection;
        final Recorder recorder = new Recorder();
        final List<Long> buffered = new ArrayList<>();

        Answering(Channel channel, LoopState loop) {
            Limits limits = Limits.DEFAULTS.withMaxBufferedBytes(64 * 1024 * 1024);
            connection = Ends.server(channel, loop, limits, SlowConsumerPolicy.CLOSE, recorder);
            recorder.onPayload = this::echo;
        }

        void echo(boolean text, ByteBuf payload, int index, int length) {
            connection.sendBytes(text, payload, index, length, null);
            buffered.add(connection.bufferedAmount());
        }

        /** Does something on the loop and waits for it. */
        void onLoop(Runnable task) throws Exception {
            connection.channel().eventLoop().submit(task).get(SECONDS, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    @BeforeTry
    void open() {
        assumeThat(Epoll.isAvailable())
                .as("the transport that writes past the queue")
                .isTrue();
        opened = EventLoops.open(Transport.EPOLL, 1, "test", () -> new DeflateResources(6, new DedicatedCount(1)));
    }

    @AfterEach
    @AfterTry
    void close() {
        if (opened != null) {
            opened.shutdown().syncUninterruptibly();
            opened = null;
        }
    }

    private EventLoops loops() {
        return Objects.requireNonNull(opened);
    }

    private int listen(int sendBuffer) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops().group())
                .channel(loops().serverChannel(address))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        loops().readTogether(channel);
                        Answering answering = new Answering(channel, loops().stateOf(channel.eventLoop()));
                        channel.pipeline().addLast(answering.connection);
                        accepted.add(answering);
                    }
                });
        if (sendBuffer > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, sendBuffer);
        }
        Channel server = bootstrap.bind(address).syncUninterruptibly().channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private static BlockingPeer connect(int port) throws IOException {
        return new BlockingPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    private Answering accepted() throws InterruptedException {
        Answering next = accepted.poll(SECONDS, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static String large(int number) {
        return Character.toString('a' + number % 26).repeat(LARGE);
    }

    /** Has the server read large messages, numbered from 0, in one turn: so many with each read. */
    private static void deliver(BlockingPeer client, Answering server, int... messages) throws Exception {
        server.onLoop(() -> {
            LoopInput input = server.connection.loop().input();
            Channel channel = server.connection.channel();
            input.reset(channel.config());
            int number = 0;
            for (int count : messages) {
                ByteBuf in = input.allocate(channel.alloc());
                for (int i = 0; i < count; i++) {
                    client.protocol.writeText(large(number++), in);
                }
                channel.pipeline().fireChannelRead(in);
            }
            channel.pipeline().fireChannelReadComplete();
        });
    }

    private static List<String> receive(BlockingPeer client, int events) throws IOException {
        while (client.recorder.events.size() < events && client.read()) {}
        return client.recorder.take();
    }

    @Test
    void largeAnswersWaitForThoseBehindThemInTheirRead() throws Exception {
        int port = listen(0);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            deliver(client, server, 3);
            assertThat(receive(client, 3)).containsExactly("text " + large(0), "text " + large(1), "text " + large(2));
            long frame = 4 + LARGE;
            assertThat(server.buffered).containsExactly(frame, 2 * frame, 3 * frame);
            server.onLoop(() -> assertThat(server.connection.bufferedAmount()).isZero());
        }
    }

    @Test
    void aLargeMessageOfTheCallersOwnLeavesAtOnce() throws Exception {
        int port = listen(0);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            server.recorder.onPayload = (text, payload, index, length) -> {
                ByteBuf own = Unpooled.directBuffer(length).writeBytes(payload, index, length);
                server.echo(text, own, 0, length);
                own.setZero(0, length).release();
            };
            deliver(client, server, 3);
            assertThat(receive(client, 3)).containsExactly("text " + large(0), "text " + large(1), "text " + large(2));
            assertThat(server.buffered).containsExactly(0L, 0L, 0L);
        }
    }

    /** Where the loop reads once more in the same turn, as the buffer has been full, it is the same buffer. */
    @Test
    void aLargeAnswerLeavesBeforeItsMemoryIsReadIntoAgain() throws Exception {
        int port = listen(0);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            deliver(client, server, 1, 1, 1);
            assertThat(receive(client, 3)).containsExactly("text " + large(0), "text " + large(1), "text " + large(2));
            long frame = 4 + LARGE;
            assertThat(server.buffered).containsExactly(frame, frame, frame);
        }
    }

    @Test
    void whatTheCorkHasNoRoomForComesBehindWhatWaitsForTheEndOfTheRead() throws Exception {
        int port = listen(0);
        String longer = "z".repeat(ChannelWriter.CORK_BYTES + ChannelWriter.LARGE_BYTES);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            server.recorder.onPayload = (text, payload, index, length) -> {
                server.echo(text, payload, index, length);
                server.connection.sendText(longer, null);
            };
            deliver(client, server, 1);
            assertThat(receive(client, 2)).containsExactly("text " + large(0), "text " + longer);
        }
    }

    @Test
    void closingComesBehindWhatWaitedForTheEndOfTheRead() throws Exception {
        int port = listen(0);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            server.recorder.onPayload = (text, payload, index, length) -> {
                server.echo(text, payload, index, length);
                server.connection.close(1000, "enough");
            };
            deliver(client, server, 2);
            assertThat(receive(client, 2)).containsExactly("text " + large(0), "close 1000 enough");
        }
    }

    @Test
    void whatWaitedForTheEndOfTheReadLeavesBeforeTheConnectionIsCut() throws Exception {
        int port = listen(0);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            server.recorder.onPayload = (text, payload, index, length) -> {
                server.echo(text, payload, index, length);
                server.connection.terminate(CloseKind.TERMINATED, "enough");
            };
            deliver(client, server, 1);
            assertThat(receive(client, 2)).containsExactly("text " + large(0));
        }
    }

    /** Its descriptor may be another's by then. */
    @Test
    void nothingIsWrittenOnceTheSocketIsClosed() throws Exception {
        int port = listen(0);
        try (BlockingPeer client = connect(port)) {
            Answering server = accepted();
            server.recorder.onPayload = (text, payload, index, length) -> {
                server.echo(text, payload, index, length);
                server.connection.channel().close();
            };
            deliver(client, server, 1);
            assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
            assertThat(server.buffered).containsExactly(4L + LARGE);
            server.onLoop(() -> assertThat(server.connection.bufferedAmount()).isZero());
        }
        try (BlockingPeer client = connect(port)) {
            deliver(client, accepted(), 2);
            assertThat(receive(client, 2)).containsExactly("text " + large(0), "text " + large(1));
        }
    }

    /** What a server does with a message, by the letter that the message begins with, and what its client gets for it. */
    private enum Kind {
        ECHO {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                server.echo(true, payload, index, length);
            }
        },
        COPY {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                ByteBuf own = Unpooled.directBuffer(length).writeBytes(payload, index, length);
                server.echo(true, own, 0, length);
                own.setZero(0, length).release();
            }
        },
        STRING {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                server.connection.sendText(payload.toString(index, length, StandardCharsets.UTF_8), null);
            }
        },
        /** A frame that is shared with others. */
        PREPARED {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                byte[] utf8 = new byte[length];
                payload.getBytes(index, utf8);
                try (PreparedMessage prepared = new PreparedMessage(
                        true,
                        Unpooled.wrappedBuffer(utf8),
                        server.connection.loop().deflate(),
                        server.connection.channel().alloc())) {
                    server.connection.sendPrepared(prepared, true, utf8, null);
                }
            }
        },
        TWIN_AS_WELL {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                server.echo(true, payload, index, length);
                twin.echo(true, payload, index, length);
            }
        },
        PING {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                server.connection.ping(new byte[] {'p'});
                server.echo(true, payload, index, length);
            }
        },
        PAUSE {
            @Override
            void answer(Answering server, Answering twin, ByteBuf payload, int index, int length) {
                server.echo(true, payload, index, length);
                server.connection.pause();
                server.connection.channel().eventLoop().execute(server.connection::resume);
            }
        };

        private static final Kind[] ALL = values();

        abstract void answer(Answering server, Answering twin, ByteBuf payload, int index, int length);
    }

    private static final int[] LENGTHS = {1, 200, 5_000, LARGE, 40_000, 70_000};

    /** However large, however much a socket takes at a time, and whatever else is sent in between. */
    @Property(tries = 40)
    void everythingArrivesInOrder(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 41) Integer> steps, @ForAll boolean small)
            throws Exception {
        int port = listen(small ? 4096 : 0);
        try (BlockingPeer client = connect(port);
                BlockingPeer other = connect(port)) {
            Answering server = accepted();
            Answering twin = accepted();
            // Whose socket is whose: they are accepted in the order in which they connected.
            server.recorder.onPayload = (text, payload, index, length) ->
                    Kind.ALL[payload.getByte(index) - 'A'].answer(server, twin, payload, index, length);
            List<String> expected = new ArrayList<>();
            List<String> expectedByOther = new ArrayList<>();
            ByteBuf frames = Unpooled.buffer();
            for (int i = 0; i < steps.size(); i++) {
                Kind kind = Kind.ALL[steps.get(i) % Kind.ALL.length];
                String message = Character.toString('A' + kind.ordinal())
                        + Character.toString('a' + i % 26).repeat(LENGTHS[steps.get(i) / Kind.ALL.length]);
                client.protocol.writeText(message, frames);
                if (kind == Kind.PING) {
                    expected.add("ping p");
                }
                expected.add("text " + message);
                if (kind == Kind.TWIN_AS_WELL) {
                    expectedByOther.add("text " + message);
                }
            }
            CompletableFuture<@Nullable Void> sending = CompletableFuture.runAsync(() -> sendAll(client, frames));
            assertThat(receive(client, expected.size()).equals(expected)).isTrue();
            assertThat(receive(other, expectedByOther.size()).equals(expectedByOther))
                    .isTrue();
            sending.get(SECONDS, TimeUnit.SECONDS);
            server.onLoop(() -> assertThat(server.connection.bufferedAmount()).isZero());
        }
    }

    private static void sendAll(BlockingPeer client, ByteBuf frames) {
        try {
            client.send(frames);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
