package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server's and a client's connection, joined by channels in memory. */
class TwoConnectionsTest {
    private static final Limits LIMITS = Limits.DEFAULTS.withMaxBufferedBytes(4 * 1024 * 1024);

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final DeflateResources deflate = new DeflateResources(6, new DedicatedCount(1));
    private final TestChannel serverChannel = new TestChannel();
    private final TestChannel clientChannel = new TestChannel();
    private final Recorder serverEvents = new Recorder();
    private final Recorder clientEvents = new Recorder();
    private final WebSocketConnection server;
    private final WebSocketConnection client;

    TwoConnectionsTest() {
        serverChannel.config().setAllocator(allocator);
        clientChannel.config().setAllocator(allocator);
        LoopState serverLoop = new LoopState(serverChannel.eventLoop(), () -> 0, deflate);
        LoopState clientLoop = new LoopState(clientChannel.eventLoop(), () -> 0, deflate);
        server = Ends.server(serverChannel, serverLoop, LIMITS, SlowConsumerPolicy.CLOSE, serverEvents);
        client = Ends.client(clientChannel, clientLoop, LIMITS, SlowConsumerPolicy.CLOSE, clientEvents);
        serverChannel.pipeline().addLast(server);
        clientChannel.pipeline().addLast(client);
    }

    @AfterEach
    void everythingIsReleased() {
        serverChannel.finishAndReleaseAll();
        clientChannel.finishAndReleaseAll();
        deflate.close();
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .isZero();
        assertThat(serverEvents.closed).hasSize(1);
        assertThat(clientEvents.closed).hasSize(1);
    }

    /** Carries bytes both ways until none are left; an end of one channel is the end of the other. */
    private void talk() {
        boolean carried = true;
        while (carried) {
            serverChannel.runPendingTasks();
            clientChannel.runPendingTasks();
            carried = carry(serverChannel, clientChannel) | carry(clientChannel, serverChannel);
        }
        if (serverChannel.isOpen() != clientChannel.isOpen()) {
            serverChannel.close();
            clientChannel.close();
        }
    }

    private boolean carry(TestChannel from, TestChannel to) {
        ByteBuf bytes = from.takeWritten();
        boolean any = bytes.isReadable();
        if (any && to.isOpen()) {
            to.writeInbound(allocator.buffer(bytes.readableBytes()).writeBytes(bytes));
        }
        bytes.release();
        return any;
    }

    @Test
    void theyTalkAndTheClientCloses() {
        serverEvents.onMessage = message -> server.sendText("re: " + message, null);
        client.sendText("hello", null);
        client.ping("p".getBytes(StandardCharsets.US_ASCII));
        talk();
        assertThat(serverEvents.take()).containsExactly("text hello", "ping p");
        assertThat(clientEvents.take()).containsExactly("text re: hello", "pong p");
        client.close(1000, "done");
        talk();
        assertThat(serverEvents.take()).containsExactly("closed 1000");
        assertThat(clientEvents.take()).containsExactly("closed 1000");
        assertThat(serverEvents.closed.get(0).cause()).isEqualTo("closed by the peer");
        assertThat(clientEvents.closed.get(0).cause()).isEqualTo("closed by us");
        assertThat(clientEvents.closed.get(0).wasClean()).isTrue();
    }

    @Test
    void bothCloseAtOnce() {
        server.close(1001, "server");
        client.close(1000, "client");
        talk();
        assertThat(serverEvents.closed.get(0).reason()).isEqualTo("client");
        assertThat(clientEvents.closed.get(0).reason()).isEqualTo("server");
        assertThat(serverEvents.closed.get(0).wasClean()).isTrue();
        assertThat(clientEvents.closed.get(0).wasClean()).isTrue();
    }

    @Test
    void theServerCutsAndTheClientHearsOfIt() {
        server.terminate(CloseKind.TERMINATED, "cut");
        talk();
        assertThat(clientEvents.closed.get(0).code()).isEqualTo(1006);
        assertThat(client.readyState()).isEqualTo(ReadyState.CLOSED);
    }

    /** Stalling, pausing, parts, pings, in any order: what was accepted arrives once, in order, whole. */
    @Test
    void whatIsAcceptedArrivesInOrderWhateverHappensMeanwhile() {
        for (long seed = 0; seed < 4; seed++) {
            Random random = new Random(seed);
            List<String> toClient = new ArrayList<>();
            List<String> toServer = new ArrayList<>();
            for (int step = 0; step < 300; step++) {
                boolean fromServer = random.nextBoolean();
                WebSocketConnection sender = fromServer ? server : client;
                List<String> expected = fromServer ? toClient : toServer;
                String text = step + "x".repeat(random.nextInt(10) == 0 ? 30_000 : random.nextInt(100));
                switch (random.nextInt(10)) {
                    case 0 -> serverChannel.peerReads(random.nextInt(20_000));
                    case 1 -> clientChannel.peerReads(random.nextInt(20_000));
                    case 2 -> sender.pause();
                    case 3 -> sender.resume();
                    case 4 -> carry(serverChannel, clientChannel);
                    case 5 -> talk();
                    default -> {
                        if (sender.sendText(text, null).isAccepted()) {
                            expected.add("text " + text);
                        }
                    }
                }
            }
            server.resume();
            client.resume();
            for (int i = 0; i < 5; i++) {
                serverChannel.peerReadsAll();
                clientChannel.peerReadsAll();
                talk();
            }
            clientEvents.events.removeIf("drain"::equals);
            serverEvents.events.removeIf("drain"::equals);
            assertThat(clientEvents.take()).as("seed %d", seed).containsExactlyElementsOf(toClient);
            assertThat(serverEvents.take()).as("seed %d", seed).containsExactlyElementsOf(toServer);
        }
    }
}
