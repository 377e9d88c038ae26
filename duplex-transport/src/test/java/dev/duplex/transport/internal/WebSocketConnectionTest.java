package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketConnectionTest {
    private End end = new End();

    private void with(End other) {
        end.close();
        end = other;
    }

    @AfterEach
    void everythingIsReleasedAndTheOwnerHeardOfTheEndOnce() {
        end.close();
        assertThat(end.bytesHeld()).isZero();
        assertThat(end.recorder.closed).hasSize(1);
    }

    private CloseEvent closeEvent() {
        return end.recorder.closed.get(0);
    }

    // -------------------------------------------------------------------------------------------------------- reading

    @Test
    void theAnswersToManyFramesOfOneReadLeaveInOneWrite() {
        end.recorder.onMessage = message -> end.connection.sendText("re: " + message, null);
        end.read(end.fromPeer("a", "b", "c"));
        assertThat(end.recorder.take()).containsExactly("text a", "text b", "text c");
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text re: a", "text re: b", "text re: c");
    }

    @Test
    void pongsLeaveWithTheAnswersOfTheSameRead() {
        end.recorder.onMessage = message -> end.connection.sendText("re: " + message, null);
        end.read(Unpooled.wrappedBuffer(end.fromPeer("a"), end.pingFromPeer("p"), end.fromPeer("b")));
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text re: a", "pong p", "text re: b");
        assertThat(end.recorder.take()).containsExactly("text a", "ping p", "text b");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 50})
    void framesMayBeCutAnywhere(int size) {
        ByteBuf bytes = Unpooled.wrappedBuffer(end.fromPeer("a".repeat(200), "b"), end.pingFromPeer("p"));
        while (bytes.isReadable()) {
            end.read(bytes.readRetainedSlice(Math.min(size, bytes.readableBytes())));
        }
        bytes.release();
        assertThat(end.recorder.take()).containsExactly("text " + "a".repeat(200), "text b", "ping p");
    }

    @Test
    void anUnfinishedMessageIsReleasedWithTheConnection() {
        ByteBuf bytes = end.fromPeer("a".repeat(1000));
        end.read(bytes.readRetainedSlice(500));
        bytes.release();
        end.channel.close();
        assertThat(end.bytesHeld()).isZero();
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(
                        1006, "", false, CloseKind.END_OF_STREAM, "the connection ended without a close frame"));
    }

    @Test
    void deliversChunksToAnOwnerThatStreams() {
        with(new End(Role.SERVER, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, Delivery.STREAMED));
        ByteBuf bytes = end.fromPeer("abcdef");
        end.read(bytes.readRetainedSlice(9));
        end.read(bytes);
        assertThat(end.recorder.take()).containsExactly("chunk abc", "last def");
    }

    // -------------------------------------------------------------------------------------------------------- pausing

    @Test
    void pausedInAMessageItDeliversNoFurtherOne() {
        end.recorder.onMessage = message -> end.connection.pause();
        end.read(end.fromPeer("a", "b", "c"));
        assertThat(end.channel.config().isAutoRead()).isFalse();
        assertThat(end.recorder.take()).containsExactly("text a");
        end.read(end.fromPeer("d"));
        assertThat(end.recorder.take()).isEmpty();
        for (String expected : List.of("text b", "text c", "text d")) {
            end.connection.resume();
            end.runTasks();
            assertThat(end.recorder.take()).containsExactly(expected);
        }
        end.connection.resume();
        end.runTasks();
        assertThat(end.channel.config().isAutoRead()).isTrue();
        end.recorder.onMessage = message -> {};
        end.read(end.fromPeer("e"));
        assertThat(end.recorder.take()).containsExactly("text e");
    }

    @Test
    void whatIsSentInAnswerToUnreadBytesIsFlushed() {
        end.connection.pause();
        end.recorder.onMessage = message -> end.connection.sendText("re: " + message, null);
        end.read(end.fromPeer("a", "b"));
        end.connection.resume();
        end.runTasks();
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text re: a", "text re: b");
        end.connection.sendText("later", null);
        end.runTasks();
        assertThat(end.received()).containsExactly("text later");
    }

    @Test
    void pausingAndResumingWithinOneMessageChangesNothing() {
        end.recorder.onMessage = message -> {
            end.connection.pause();
            end.connection.resume();
            end.connection.pause();
            end.connection.resume();
        };
        end.read(end.fromPeer("a", "b", "c"));
        end.runTasks();
        assertThat(end.recorder.take()).containsExactly("text a", "text b", "text c");
        assertThat(end.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void resumingWhatIsNotPausedDoesNothing() {
        end.connection.resume();
        assertThat(end.channel.hasPendingTasks()).isFalse();
    }

    @Test
    void unreadBytesTakeTheirOwnSizeAndAreReleasedWithTheConnection() {
        end.connection.pause();
        end.read(end.fromPeer("a".repeat(1000)));
        assertThat(end.bytesHeld()).isLessThan(1100);
        end.channel.close();
        assertThat(end.bytesHeld()).isZero();
        assertThat(end.recorder.take()).containsExactly("closed 1006");
    }

    @Test
    void aPausedConnectionThatClosesReadsThePeersAnswer() {
        end.connection.pause();
        end.read(end.fromPeer("never delivered"));
        end.connection.close(1000, "");
        end.runTasks();
        assertThat(end.channel.config().isAutoRead()).isTrue();
        assertThat(end.received()).containsExactly("close 1000 ");
        end.answer();
        assertThat(closeEvent().wasClean()).isTrue();
        assertThat(end.recorder.take()).containsExactly("closed 1000");
    }

    @Test
    void pausingAConnectionThatClosesHasNoEffect() {
        end.connection.close(1000, "");
        end.connection.pause();
        end.runTasks();
        assertThat(end.channel.config().isAutoRead()).isTrue();
        end.received();
        end.answer();
        assertThat(closeEvent().wasClean()).isTrue();
    }

    @Test
    void readingPausesWhileThePeerDoesNotReadAndResumes() {
        end.channel.peerReads(0);
        end.recorder.onMessage = message -> end.connection.sendText(message + "x".repeat(70_000), null);
        end.read(end.fromPeer("a", "b", "c"));
        assertThat(end.recorder.take()).containsExactly("text a");
        assertThat(end.channel.config().isAutoRead()).isFalse();
        end.channel.peerReads(1_000);
        end.runTasks();
        assertThat(end.recorder.take()).isEmpty();
        end.channel.peerReadsAll();
        end.runTasks();
        assertThat(end.recorder.take()).containsSubsequence("drain", "text b", "text c");
        assertThat(end.received())
                .extracting(event -> event.substring(0, 6))
                .containsExactly("text a", "text b", "text c");
        assertThat(end.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aClientReadsOnWhileThePeerDoesNotRead() {
        try (End client = new End(Role.CLIENT, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, Delivery.WHOLE)) {
            client.channel.peerReads(0);
            client.connection.sendText("x".repeat(70_000), null);
            client.runTasks();
            client.read(client.fromPeer("a", "b"));
            assertThat(client.recorder.take()).containsExactly("text a", "text b");
            assertThat(client.channel.config().isAutoRead()).isTrue();
        }
    }

    @Test
    void anOwnersPauseOutlivesTheCongestion() {
        end.channel.peerReads(0);
        end.connection.sendText("x".repeat(70_000), null);
        end.connection.pause();
        end.channel.peerReadsAll();
        end.read(end.fromPeer("a"));
        assertThat(end.recorder.take()).containsExactly("drain");
        end.connection.resume();
        end.runTasks();
        assertThat(end.recorder.take()).containsExactly("text a");
    }

    // ------------------------------------------------------------------------------------------------------- sending

    @Test
    void refusesARangeOutsideOfWhatTheBufferHolds() {
        ByteBuf payload = Unpooled.buffer(100).writeZero(10);
        assertThatThrownBy(() -> end.connection.sendBytes(false, payload, 5, 6, null))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(end.connection.sendBytes(false, payload, 5, 5, null)).isEqualTo(SendResult.SENT);
        end.runTasks();
        assertThat(end.received()).containsExactly("binary 0000000000");
        payload.release();
    }

    @Test
    void readsTheBytesBeforeItReturns() {
        ByteBuf payload = Unpooled.buffer().writeBytes(new byte[] {1, 2});
        end.connection.sendBytes(false, payload, 0, 2, null);
        payload.setZero(0, 2);
        end.runTasks();
        assertThat(end.received()).containsExactly("binary 0102");
        payload.release();
    }

    @Test
    void sendsPingsAndPongs() {
        assertThat(end.connection.ping(new byte[] {'a'})).isEqualTo(SendResult.SENT);
        assertThat(end.connection.pong(new byte[] {'b'})).isEqualTo(SendResult.SENT);
        end.runTasks();
        assertThat(end.received()).containsExactly("ping a", "pong b");
    }

    /** Row F14: from a server's peer and a client's alike. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void pongsThatNobodyAskedForLeaveNothing(Role role) {
        with(new End(role, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, Delivery.WHOLE));
        long before = end.bytesHeld();
        for (int i = 0; i < 20_000; i++) {
            end.read(end.pongFromPeer("x".repeat(120) + i % 10));
            assertThat(end.recorder.take()).hasSize(1);
            assertThat(end.bytesHeld()).isEqualTo(before);
        }
        assertThat(end.received()).isEmpty();
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
        end.read(end.pingFromPeer("still there"));
        assertThat(end.received()).containsExactly("pong still there");
    }

    @Test
    void refusesAPingOf126Bytes() {
        assertThatThrownBy(() -> end.connection.ping(new byte[126]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ping and pong payloads are at most 125 bytes, but this one has 126 (RFC 6455 §5.5)");
        assertThatThrownBy(() -> end.connection.pong(new byte[126])).isInstanceOf(IllegalArgumentException.class);
        assertThat(end.connection.ping(new byte[125])).isEqualTo(SendResult.SENT);
    }

    // -------------------------------------------------------------------------------------------------------- closing

    @Test
    void answersThePeersCloseFrameAndClosesTcpFirst() {
        end.read(end.closeFromPeer(4001, "bye"));
        assertThat(end.received()).containsExactly("close 4001 ");
        assertThat(end.channel.isOpen()).isFalse();
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(4001, "bye", true, CloseKind.CLOSED_BY_PEER, "closed by the peer"));
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
    }

    @Test
    void aClientLeavesItToTheServerToCloseTcp() {
        with(new End(Role.CLIENT, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, Delivery.WHOLE));
        end.read(end.closeFromPeer(1000, ""));
        assertThat(end.received()).containsExactly("close 1000 ");
        assertThat(end.channel.isOpen()).isTrue();
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSING);
        end.pass(5300);
        assertThat(end.channel.isOpen()).isFalse();
        assertThat(closeEvent().wasClean()).isTrue();
    }

    @Test
    void whoClosesFirstGetsThePeersCode() {
        end.connection.close(1000, "done");
        end.runTasks();
        assertThat(end.received()).containsExactly("close 1000 done");
        assertThat(end.channel.isOpen()).isTrue();
        end.answer();
        assertThat(closeEvent()).isEqualTo(new CloseEvent(1000, "", true, CloseKind.CLOSED_BY_US, "closed by us"));
        assertThat(end.channel.isOpen()).isFalse();
    }

    @Test
    void bothSidesMayCloseAtOnce() {
        end.connection.close(1000, "ours");
        end.read(end.closeFromPeer(1001, "theirs"));
        assertThat(end.received()).containsExactly("close 1000 ours");
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(1001, "theirs", true, CloseKind.CLOSED_BY_US, "closed by us"));
    }

    @Test
    void thereIsOneCloseFrameHoweverOftenItIsClosed() {
        end.recorder.onMessage = message -> end.connection.close(1000, message);
        end.read(Unpooled.wrappedBuffer(end.fromPeer("a", "b"), end.closeFromPeer(1001, "")));
        end.connection.close(1002, "c");
        end.runTasks();
        assertThat(end.received()).containsExactly("close 1000 a");
        assertThat(end.recorder.take()).containsExactly("text a", "closed 1001");
    }

    @Test
    void nothingIsSentAfterTheCloseFrame() {
        end.connection.close(1000, "");
        assertThat(end.connection.sendText("late", null)).isEqualTo(SendResult.CLOSED);
        assertThat(end.connection.sendPart(true, ByteBuffer.allocate(1), true)).isEqualTo(SendResult.CLOSED);
        assertThat(end.connection.ping(new byte[0])).isEqualTo(SendResult.CLOSED);
        end.read(end.pingFromPeer("no pong for it"));
        assertThat(end.received()).containsExactly("close 1000 ");
    }

    @Test
    void dataAfterThePeersCloseFrameIsIgnored() {
        ByteBuf close = end.closeFromPeer(1000, "");
        end.read(Unpooled.wrappedBuffer(close, End.hex("81 80 00000000"), End.hex("ff ff ff ff")));
        assertThat(end.recorder.take()).containsExactly("closed 1000");
        assertThat(end.received()).containsExactly("close 1000 ");
    }

    @Test
    void refusesACodeThatMayNotBeSent() {
        assertThatThrownBy(() -> end.connection.close(1006, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> end.connection.close(1000, "x".repeat(124)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void closesWithoutACode() {
        end.connection.close(CloseCode.NO_STATUS, "");
        end.runTasks();
        assertThat(end.channel.writes.get(0)).containsExactly(0x88, 0x00);
    }

    @ParameterizedTest
    @EnumSource
    void terminatingCutsAtOnce(Role role) {
        with(new End(role, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, Delivery.WHOLE));
        end.connection.terminate(CloseKind.TERMINATED, "enough");
        end.connection.terminate(CloseKind.TERMINATED, "again");
        end.runTasks();
        assertThat(end.received()).isEmpty();
        assertThat(closeEvent()).isEqualTo(new CloseEvent(1006, "", false, CloseKind.TERMINATED, "enough"));
        assertThat(end.connection.sendText("late", null)).isEqualTo(SendResult.CLOSED);
    }

    @Test
    void terminatedInAMessageItDeliversNoFurtherOne() {
        end.recorder.onMessage = message -> end.connection.terminate(CloseKind.TERMINATED, "enough");
        end.read(end.fromPeer("a", "b"));
        assertThat(end.recorder.take()).containsExactly("text a", "closed 1006");
    }

    @Test
    void theChannelMayCloseWithinAMessage() {
        end.recorder.onMessage = message -> {
            end.connection.sendText("lost", null);
            end.channel.close();
            assertThat(end.connection.sendText("late", null)).isNotEqualTo(SendResult.DROPPED);
        };
        end.read(end.fromPeer("a", "b"));
        assertThat(end.recorder.take()).containsExactly("text a", "closed 1006");
    }

    @Test
    void thePipelineMayBeTakenApartWithinAMessage() {
        end.recorder.onMessage = message -> end.channel.pipeline().remove(end.connection);
        end.channel.writeOneInbound(end.fromPeer("a", "b"));
        assertThat(end.recorder.take()).containsExactly("text a", "closed 1006");
    }

    @Test
    void aConnectionOverAChannelThatHasEndedIsToldSo() {
        TestChannel gone = new TestChannel();
        gone.close();
        Recorder recorder = new Recorder();
        gone.pipeline().addLast(Ends.server(gone, end.loop, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, recorder));
        assertThat(recorder.take()).isEmpty();
        gone.runPendingTasks();
        assertThat(recorder.take()).containsExactly("closed 1006");
    }

    // ----------------------------------------------------------------------------------------------- violations,
    // errors

    @Test
    void aViolationIsAnsweredWithItsCloseFrameAndTheConnectionEnds() {
        end.read(Unpooled.wrappedBuffer(end.fromPeer("a"), End.hex("83 80 00000000"), end.fromPeer("b")));
        assertThat(end.received()).containsExactly("close 1002 reserved opcode");
        assertThat(end.recorder.take()).containsExactly("text a", "violation RESERVED_OPCODE", "closed 1002");
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(
                        1002, "reserved opcode", false, CloseKind.VIOLATION, "reserved opcode (RFC 6455 §5.2)"));
    }

    @Test
    void aViolationAfterOurCloseFrameSendsNoSecondOne() {
        end.connection.close(1000, "");
        end.read(End.hex("83 80 00000000"));
        assertThat(end.received()).containsExactly("close 1000 ");
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(1006, "", false, CloseKind.VIOLATION, "reserved opcode (RFC 6455 §5.2)"));
    }

    @Test
    void aViolationWhileOurCloseFrameWaitsIsWhatThePeerIsTold() {
        end.channel.peerReads(0);
        end.connection.sendText("x".repeat(70_000), null);
        end.connection.sendText("waits", null);
        end.connection.close(1000, "");
        end.runTasks();
        end.read(End.hex("83 80 00000000"));
        end.channel.peerReadsAll();
        end.runTasks();
        assertThat(end.received()).hasSize(2).last().isEqualTo("close 1002 reserved opcode");
        assertThat(closeEvent().code()).isEqualTo(1002);
    }

    private void endsWith(Exception failure, CloseKind kind, String cause) {
        end.channel.pipeline().fireExceptionCaught(failure);
        end.runTasks();
        assertThat(closeEvent()).isEqualTo(new CloseEvent(1006, "", false, kind, cause));
    }

    @Test
    void anErrorOfTheTransportEndsTheConnectionWithItsWords() {
        endsWith(new IOException("No route to host"), CloseKind.RESET, "the connection broke: No route to host");
    }

    @Test
    void aResetIsToldWithoutTheSystemCall() {
        endsWith(
                new IOException("recvAddress(..) failed with error(-104): Connection reset by peer"),
                CloseKind.RESET,
                "the peer has reset the connection");
    }

    @Test
    void whatIsWrongWithTlsIsToldAsSuch() {
        endsWith(
                new DecoderException(new SSLException("not an SSL/TLS record: 00")),
                CloseKind.TLS,
                "TLS failed: not an SSL/TLS record: 00");
    }

    @Test
    void aMessageBeyondALimitIsNoViolationOfARule() {
        try (End small = new End(Limits.DEFAULTS.withMaxMessageBytes(3))) {
            small.read(small.fromPeer("four"));
            small.channel.close();
            small.runTasks();
            CloseEvent event = small.recorder.closeEvent();
            assertThat(event.code()).isEqualTo(1009);
            assertThat(event.kind()).isEqualTo(CloseKind.LIMIT);
            assertThat(event.cause()).contains("maxMessageBytes");
        }
    }

    @Test
    void anOwnerThatThrowsEndsItsConnection() {
        end.recorder.onMessage = message -> {
            end.connection.sendText("lost", null);
            throw new IllegalStateException("owner");
        };
        end.read(end.fromPeer("a", "b"));
        assertThat(end.recorder.take()).containsExactly("text a", "closed 1006");
        assertThat(closeEvent().cause()).isEqualTo("java.lang.IllegalStateException: owner");
    }

    @Test
    void anOwnerThatThrowsOnceReadingGoesOnEndsItsConnectionToo() {
        end.connection.pause();
        end.read(end.fromPeer("a", "b"));
        end.recorder.onMessage = message -> {
            throw new StackOverflowError();
        };
        end.connection.resume();
        end.runTasks();
        assertThat(end.recorder.take()).containsExactly("text a", "closed 1006");
        assertThat(closeEvent().cause()).isEqualTo("java.lang.StackOverflowError");
    }

    @Test
    void writesThatFailBecauseTheChannelClosedAreNotTheCause() {
        end.channel.peerReads(0);
        end.connection.sendText("x".repeat(70_000), null);
        end.channel.close();
        end.runTasks();
        assertThat(closeEvent().cause()).isEqualTo("the connection ended without a close frame");
    }

    // ------------------------------------------------------------------------------------------------- memory of
    // others

    /** What stood in a buffer before must never reach the peer, however little of each write it takes. */
    @Test
    void nothingButFramesIsOnTheWire() {
        end.channel.config().setAllocator(new CanaryAllocator());
        end.recorder.onMessage = message -> end.connection.sendText("re: " + message, null);
        List<String> expected = new ArrayList<>();
        List<String> received = new ArrayList<>();
        end.channel.peerReads(0);
        for (int i = 0; i < 50; i++) {
            end.read(Unpooled.wrappedBuffer(end.fromPeer("m" + i), end.pingFromPeer("p" + i)));
            end.connection.ping(("q" + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            end.runTasks();
            expected.addAll(List.of("text re: m" + i, "pong p" + i, "ping q" + i));
        }
        end.connection.close(1000, "end");
        end.runTasks();
        expected.add("close 1000 end");
        ByteBuf wire = Unpooled.buffer();
        for (int i = 0; i < 3000; i++) {
            end.channel.peerReads(1);
            for (byte[] write : end.channel.writes) {
                wire.writeBytes(write);
            }
            received.addAll(end.received());
        }
        assertThat(received).containsExactlyElementsOf(expected);
        assertThat(CanaryAllocator.occursIn(wire)).isFalse();
        wire.release();
    }
}
