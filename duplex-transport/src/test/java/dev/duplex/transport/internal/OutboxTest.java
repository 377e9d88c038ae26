package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.Role;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboxTest {
    private static final Limits SMALL = Limits.DEFAULTS.withMaxBufferedBytes(200_000);

    private End end = new End(SMALL);

    private void with(SlowConsumerPolicy policy) {
        end.close();
        end = new End(SMALL, policy);
    }

    @AfterEach
    void everythingIsReleased() {
        end.close();
        assertThat(end.bytesHeld()).isZero();
        assertThat(end.recorder.closed).hasSize(1);
    }

    private SendResult text(String text) {
        return end.connection.sendText(text, null);
    }

    private SendResult binary(int bytes) {
        ByteBuf payload = Unpooled.buffer(Math.max(1, bytes)).writeZero(bytes);
        try {
            return end.connection.sendBytes(false, payload, 0, bytes, null);
        } finally {
            payload.release();
        }
    }

    private SendResult part(String text, boolean last) {
        return end.connection.sendPart(true, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), last);
    }

    /** The peer stops reading, and more than the channel's high-water mark waits for it. */
    private void stall() {
        end.channel.peerReads(0);
        assertThat(binary(70_000)).isEqualTo(SendResult.QUEUED);
        end.runTasks();
        assertThat(end.channel.isWritable()).isFalse();
    }

    private static final String STALLED = "binary " + "00".repeat(70_000);

    private List<String> receivedOnceThePeerReads() {
        end.channel.peerReadsAll();
        end.runTasks();
        return end.received();
    }

    // ----------------------------------------------------------------------------------------------------------- cork

    @Test
    void oneTurnLeavesInOneWrite() {
        assertThat(text("a")).isEqualTo(SendResult.SENT);
        assertThat(text("b")).isEqualTo(SendResult.SENT);
        assertThat(end.channel.writes).isEmpty();
        end.runTasks();
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text a", "text b");
    }

    @Test
    void aFullCorkLeavesAtOnce() {
        assertThat(binary(Outbox.CORK_BYTES - 100)).isEqualTo(SendResult.SENT);
        assertThat(end.channel.writes).isEmpty();
        assertThat(binary(100)).isEqualTo(SendResult.SENT);
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.connection.bufferedAmount()).isZero();
    }

    @Test
    void aSendFromTheDrainHandlerIsFlushedToo() {
        stall();
        List<SendResult> results = new ArrayList<>();
        end.recorder.onDrain = () -> {
            end.recorder.onDrain = () -> {};
            for (int i = 0; i < 4; i++) {
                results.add(text(i + "x".repeat(40_000)));
            }
        };
        end.channel.peerReads(100_000);
        end.runTasks();
        assertThat(results).containsExactly(SendResult.SENT, SendResult.QUEUED, SendResult.QUEUED, SendResult.QUEUED);
        assertThat(receivedOnceThePeerReads())
                .extracting(event -> event.substring(0, 6))
                .containsExactly("binary", "text 0", "text 1", "text 2", "text 3");
        assertThat(end.recorder.take()).containsExactly("drain", "drain");
    }

    // ------------------------------------------------------------------------------------------------------- answers

    @Test
    void answersSentQueuedAndClosed() {
        assertThat(text("a")).isEqualTo(SendResult.SENT);
        end.runTasks();
        stall();
        assertThat(text("b")).isEqualTo(SendResult.QUEUED);
        assertThat(end.recorder.take()).isEmpty();
        assertThat(receivedOnceThePeerReads()).containsExactly("text a", STALLED, "text b");
        assertThat(end.recorder.take()).containsExactly("drain");
        assertThat(text("c")).isEqualTo(SendResult.SENT);
        end.connection.close(1000, "");
        assertThat(text("d")).isEqualTo(SendResult.CLOSED);
        assertThat(binary(1)).isEqualTo(SendResult.CLOSED);
        assertThat(part("e", true)).isEqualTo(SendResult.CLOSED);
        assertThat(end.connection.ping(new byte[0])).isEqualTo(SendResult.CLOSED);
        end.runTasks();
        assertThat(end.received()).containsExactly("text c", "close 1000 ");
    }

    @Test
    void bufferedAmountCountsTheCorkTheChannelAndWhatWaits() {
        assertThat(end.connection.bufferedAmount()).isZero();
        binary(10);
        assertThat(end.connection.bufferedAmount()).isEqualTo(12);
        end.runTasks();
        assertThat(end.connection.bufferedAmount()).isZero();
        stall();
        long stalled = end.connection.bufferedAmount();
        assertThat(stalled).isBetween(70_000L, 70_200L);
        binary(1000);
        assertThat(end.connection.bufferedAmount()).isEqualTo(stalled + 1000);
        receivedOnceThePeerReads();
        assertThat(end.connection.bufferedAmount()).isZero();
    }

    @Test
    void theDrainEventComesOnceHoweverManyWaited() {
        stall();
        for (int i = 0; i < 10; i++) {
            assertThat(text("m" + i)).isEqualTo(SendResult.QUEUED);
        }
        assertThat(receivedOnceThePeerReads()).hasSize(11);
        end.runTasks();
        assertThat(end.recorder.take()).containsExactly("drain");
    }

    @Test
    void noDrainEventForWhatWasSentAtOnce() {
        text("a");
        end.runTasks();
        end.channel.peerReads(0);
        text("b");
        receivedOnceThePeerReads();
        assertThat(end.recorder.take()).isEmpty();
    }

    @Test
    void whatWaitedIsNeverOvertaken() {
        stall();
        text("1");
        end.recorder.onDrain = () -> text("4");
        text("2");
        end.connection.ping(new byte[] {'p'});
        text("3");
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 200 && !received.contains("text 4"); i++) {
            end.channel.peerReads(1_000);
            end.runTasks();
            received.addAll(end.received());
        }
        assertThat(received).containsExactly(STALLED, "text 1", "text 2", "ping p", "text 3", "text 4");
    }

    private void asClient() {
        end.close();
        end = new End(Role.CLIENT, SMALL, SlowConsumerPolicy.DROP_NEWEST, Delivery.WHOLE);
    }

    @Test
    void whatTheChannelHoldsWhenTheConnectionDiesIsLostForTheClient() {
        asClient();
        stall();
        end.channel.peerReads(10_000);
        long untaken = end.connection.bufferedAmount() - 10_000;
        binary(1000);
        end.channel.close();
        assertThat(end.connection.bufferedAmount()).isZero();
        assertThat(end.connection.lostBytes()).isEqualTo(untaken + 1000);
    }

    @Test
    void whatWaitsWhenThePeerClosesIsLostForTheClient() {
        asClient();
        stall();
        binary(1000);
        end.read(end.closeFromPeer(1000, ""));
        assertThat(end.connection.lostBytes()).isEqualTo(1000);
    }

    @Test
    void nothingIsLostIfThePeerTookEverything() {
        asClient();
        binary(100_000);
        end.runTasks();
        end.channel.close();
        assertThat(end.connection.lostBytes()).isZero();
    }

    // ------------------------------------------------------------------------------------------------------- policies

    @Test
    void closesWith1013WhenTooMuchWaitsUnderClose() {
        stall();
        assertThat(binary(100_000)).isEqualTo(SendResult.QUEUED);
        assertThat(binary(100_000)).isEqualTo(SendResult.DROPPED);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSING);
        assertThat(text("late")).isEqualTo(SendResult.CLOSED);
        assertThat(end.recorder.take()).containsExactly("dropped");
        assertThat(receivedOnceThePeerReads())
                .containsExactly(STALLED, "close 1013 reads too slowly (maxBufferedBytes)");
        end.answer();
        assertThat(end.recorder.closed.get(0).code()).isEqualTo(1013);
        assertThat(end.recorder.closed.get(0).cause())
                .isEqualTo("the peer reads too slowly: more than 200000 bytes would wait for it (maxBufferedBytes)");
    }

    /** What others send while the owner is told finds no room that giving up what waits has made. */
    @Test
    void takesNothingMoreOnceTheOwnerIsToldThatTooMuchWaits() {
        stall();
        List<SendResult> results = new ArrayList<>();
        end.recorder.onDropped = () -> {
            results.add(text("late"));
            end.connection.close(1000, "not any more");
        };
        assertThat(binary(200_000)).isEqualTo(SendResult.DROPPED);
        assertThat(results).containsExactly(SendResult.CLOSED);
        assertThat(receivedOnceThePeerReads())
                .containsExactly(STALLED, "close 1013 reads too slowly (maxBufferedBytes)");
    }

    @Test
    void dropsTheNewest() {
        with(SlowConsumerPolicy.DROP_NEWEST);
        stall();
        assertThat(text("1" + "x".repeat(100_000))).isEqualTo(SendResult.QUEUED);
        assertThat(text("2" + "x".repeat(100_000))).isEqualTo(SendResult.DROPPED);
        assertThat(text("3")).isEqualTo(SendResult.QUEUED);
        assertThat(end.recorder.take()).containsExactly("dropped");
        assertThat(receivedOnceThePeerReads())
                .extracting(event -> event.substring(0, 6))
                .containsExactly("binary", "text 1", "text 3");
        assertThat(end.recorder.take()).containsExactly("drain");
    }

    @Test
    void dropsTheOldest() {
        with(SlowConsumerPolicy.DROP_OLDEST);
        stall();
        assertThat(text("1" + "x".repeat(50_000))).isEqualTo(SendResult.QUEUED);
        assertThat(text("2" + "x".repeat(50_000))).isEqualTo(SendResult.QUEUED);
        assertThat(text("3" + "x".repeat(110_000))).isEqualTo(SendResult.QUEUED);
        assertThat(end.recorder.take()).containsExactly("dropped", "dropped");
        assertThat(text("4")).isEqualTo(SendResult.QUEUED);
        assertThat(receivedOnceThePeerReads())
                .extracting(event -> event.substring(0, 6))
                .containsExactly("binary", "text 3", "text 4");
    }

    @Test
    void conflatesByKey() {
        with(SlowConsumerPolicy.CONFLATE);
        stall();
        for (int i = 0; i < 1000; i++) {
            assertThat(end.connection.sendText("a" + i, "a")).isEqualTo(SendResult.QUEUED);
            assertThat(end.connection.sendText("b" + i, "b")).isEqualTo(SendResult.QUEUED);
        }
        assertThat(text("c")).isEqualTo(SendResult.QUEUED);
        assertThat(receivedOnceThePeerReads()).containsExactly(STALLED, "text a999", "text b999", "text c");
        assertThat(end.recorder.take()).hasSize(2 * 999 + 1).last().isEqualTo("drain");
    }

    @ParameterizedTest
    @EnumSource
    void noPolicyLetsEmptyMessagesOrPingsPileUp(SlowConsumerPolicy policy) {
        with(policy);
        stall();
        int queuedMessages = 0;
        while (queuedMessages < 100_000 && text("") == SendResult.QUEUED) {
            queuedMessages++;
            if (policy == SlowConsumerPolicy.DROP_OLDEST && end.recorder.events.contains("dropped")) {
                break;
            }
        }
        assertThat(queuedMessages).isLessThan(200_000 / Outgoing.OVERHEAD_BYTES);
        int queuedPings = 0;
        while (queuedPings < 100_000 && end.connection.ping(new byte[0]) == SendResult.QUEUED) {
            queuedPings++;
        }
        assertThat(queuedPings).isLessThan(200_000 / Outgoing.OVERHEAD_BYTES);
    }

    @ParameterizedTest
    @EnumSource
    void aMillionKilobytesForAPeerThatDoesNotReadStayWithinTheBound(SlowConsumerPolicy policy) {
        with(policy);
        end.channel.peerReads(0);
        byte[] kilobyte = new byte[1024];
        ByteBuf payload = Unpooled.wrappedBuffer(kilobyte);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            SendResult result = end.connection.sendBytes(false, payload, 0, 1024, null);
            refused += result.isAccepted() ? 0 : 1;
            assertThat(end.connection.bufferedAmount()).isLessThanOrEqualTo(200_000);
        }
        if (policy == SlowConsumerPolicy.DROP_OLDEST) {
            assertThat(end.recorder.events.stream().filter("dropped"::equals)).hasSizeGreaterThan(19_000);
        } else {
            assertThat(refused).isGreaterThan(19_000);
        }
        assertThat(end.recorder.events).contains("dropped");
    }

    @Test
    void aBoundBelowTheUsualWaterMarkHolds() {
        end.close();
        end = new End(Limits.DEFAULTS.withMaxBufferedBytes(4096), SlowConsumerPolicy.DROP_NEWEST);
        end.channel.peerReads(0);
        assertThat(binary(5000)).isEqualTo(SendResult.SENT);
        end.runTasks();
        assertThat(binary(1)).isEqualTo(SendResult.DROPPED);
        assertThat(end.connection.bufferedAmount()).isLessThan(5200);
        receivedOnceThePeerReads();
        assertThat(end.recorder.take()).containsExactly("dropped", "drain");
    }

    // ---------------------------------------------------------------------------------------------------------- parts

    @Test
    void messagesSentBetweenPartsFollowTheLast() {
        assertThat(part("a", false)).isEqualTo(SendResult.SENT);
        assertThat(text("one")).isEqualTo(SendResult.QUEUED);
        assertThat(end.connection.ping(new byte[] {'p'})).isEqualTo(SendResult.SENT);
        assertThat(part("b", false)).isEqualTo(SendResult.SENT);
        assertThat(text("two")).isEqualTo(SendResult.QUEUED);
        assertThat(part("c", true)).isEqualTo(SendResult.SENT);
        assertThat(text("three")).isEqualTo(SendResult.QUEUED);
        end.runTasks();
        assertThat(end.received()).containsExactly("ping p", "text abc", "text one", "text two", "text three");
        assertThat(end.recorder.take()).containsExactly("drain");
        assertThat(text("four")).isEqualTo(SendResult.SENT);
    }

    @Test
    void partsAndMessagesThatWaitedTogetherKeepTheirOrder() {
        stall();
        assertThat(part("a", false)).isEqualTo(SendResult.QUEUED);
        assertThat(text("one")).isEqualTo(SendResult.QUEUED);
        assertThat(part("b", true)).isEqualTo(SendResult.QUEUED);
        assertThat(text("two")).isEqualTo(SendResult.QUEUED);
        assertThat(receivedOnceThePeerReads()).containsExactly(STALLED, "text ab", "text one", "text two");
        assertThat(end.recorder.take()).containsExactly("drain");
    }

    @Test
    void aMessageThatIsSentWhileTheEndOfOneInPartsWaitsComesBehindAllThatWaits() {
        String most = "a".repeat(70_000);
        end.channel.peerReads(0);
        assertThat(part(most, false)).isEqualTo(SendResult.QUEUED);
        end.runTasks();
        assertThat(part("b", true)).isEqualTo(SendResult.QUEUED);
        assertThat(part("c", true)).isEqualTo(SendResult.QUEUED);
        assertThat(text("two")).isEqualTo(SendResult.QUEUED);
        assertThat(receivedOnceThePeerReads()).containsExactly("text " + most + "b", "text c", "text two");
    }

    @Test
    void whatHasBegunCanBeEndedHoweverMuchWaits() {
        end.channel.peerReads(0);
        assertThat(end.connection.sendPart(false, ByteBuffer.allocate(300_000), false))
                .isEqualTo(SendResult.QUEUED);
        assertThat(end.connection.sendPart(false, ByteBuffer.allocate(1), true)).isEqualTo(SendResult.DROPPED);
        assertThat(end.connection.sendPart(false, ByteBuffer.allocate(0), true)).isEqualTo(SendResult.QUEUED);
        assertThat(receivedOnceThePeerReads()).containsExactly("binary " + "00".repeat(300_000));
    }

    @Test
    void aPartThatHasNoRoomIsNotTakenAndIsWelcomeAfterTheDrainEvent() {
        stall();
        ByteBuffer big = ByteBuffer.allocate(150_000);
        assertThat(end.connection.sendPart(false, big, false)).isEqualTo(SendResult.DROPPED);
        assertThat(big.position()).isZero();
        List<SendResult> later = new ArrayList<>();
        end.recorder.onDrain = () -> {
            end.recorder.onDrain = () -> {};
            later.add(end.connection.sendPart(false, big, true));
        };
        List<String> received = receivedOnceThePeerReads();
        assertThat(later).hasSize(1).allMatch(SendResult::isAccepted);
        assertThat(big.hasRemaining()).isFalse();
        assertThat(received).containsExactly(STALLED, "binary " + "00".repeat(150_000));
        assertThat(end.recorder.take()).doesNotContain("dropped");
    }

    @Test
    void partsAreNeverDroppedForRoom() {
        with(SlowConsumerPolicy.DROP_OLDEST);
        stall();
        assertThat(part("a", false)).isEqualTo(SendResult.QUEUED);
        assertThat(part("b", true)).isEqualTo(SendResult.QUEUED);
        for (int i = 0; i < 10; i++) {
            text(i + "x".repeat(50_000));
        }
        assertThat(receivedOnceThePeerReads())
                .extracting(event -> event.substring(0, 6))
                .containsExactly("binary", "text a", "text 8", "text 9");
    }

    @ParameterizedTest
    @EnumSource
    void whatWaitsBehindPartsIsBoundedToo(SlowConsumerPolicy policy) {
        with(policy);
        assertThat(part("a", false)).isEqualTo(SendResult.SENT);
        for (int i = 0; i < 10_000; i++) {
            text("x".repeat(1000));
            assertThat(end.connection.bufferedAmount()).isLessThan(200_100);
        }
        assertThat(end.recorder.events).contains("dropped");
        ReadyState expected = policy == SlowConsumerPolicy.CLOSE || policy == SlowConsumerPolicy.CONFLATE
                ? ReadyState.CLOSING
                : ReadyState.OPEN;
        assertThat(end.connection.readyState()).isEqualTo(expected);
    }

    @Test
    void closingInTheMiddleOfAMessageInPartsSendsTheCloseFrame() {
        part("a", false);
        text("behind");
        end.connection.close(1000, "enough");
        end.runTasks();
        assertThat(end.received()).containsExactly("close 1000 enough");
        end.answer();
        assertThat(end.recorder.closed).hasSize(1);
    }

    // ------------------------------------------------------------------------------------------------------- prepared

    private void prepared(String text, int times) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuf payload = Unpooled.wrappedBuffer(utf8);
        try (PreparedMessage prepared = new PreparedMessage(true, payload, end.deflate, end.allocator)) {
            for (int i = 0; i < times; i++) {
                end.connection.sendPrepared(prepared, true, utf8, null);
            }
        }
    }

    @Test
    void aSmallPreparedMessageIsCopiedIntoTheCork() {
        text("before");
        prepared("prepared", 2);
        text("after");
        end.runTasks();
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text before", "text prepared", "text prepared", "text after");
    }

    @Test
    void aLargePreparedMessageIsSharedAndKeepsItsPlace() {
        String large = "x".repeat(10_000);
        text("before");
        prepared(large, 2);
        text("after");
        end.runTasks();
        assertThat(end.received()).containsExactly("text before", "text " + large, "text " + large, "text after");
    }

    @Test
    void manyLargePreparedMessagesOfOneTurnAreNoCongestionWhileThePeerReads() {
        String large = "x".repeat(10_000);
        prepared(large, 60); // three times maxBufferedBytes
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
        end.runTasks();
        assertThat(end.received()).hasSize(60).containsOnly("text " + large);
        assertThat(end.recorder.take()).isEmpty();
    }

    @Test
    void aTextOfLoneSurrogatesHasTheRoomThatItTakes() {
        stall();
        String lone = "\uD800".repeat(30_000);
        assertThat(text(lone)).isEqualTo(SendResult.QUEUED);
        assertThat(end.connection.bufferedAmount()).isGreaterThanOrEqualTo(90_000);
        assertThat(receivedOnceThePeerReads()).containsExactly(STALLED, "text " + "\uFFFD".repeat(30_000));
    }

    @Test
    void aPreparedMessageWaitsAsBytes() {
        stall();
        prepared("prepared", 1);
        assertThat(receivedOnceThePeerReads()).containsExactly(STALLED, "text prepared");
    }

    @Test
    void sharedFramesOfAClosedConnectionAreReleased() {
        end.channel.peerReads(0);
        prepared("x".repeat(10_000), 4);
        end.connection.terminate(CloseKind.TERMINATED, "enough");
        end.runTasks();
        assertThat(end.bytesHeld()).isZero();
    }

    // ---------------------------------------------------------------------------------------------------------- pongs

    /** Row F13: a server's peer and a client's alike. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void aPeerThatPingsAndDoesNotReadGetsOnePongForAllThatWereHeld(Role role) {
        end.close();
        end = new End(role, SMALL, SlowConsumerPolicy.CLOSE, Delivery.WHOLE);
        end.channel.peerReads(0);
        long most = 0;
        String filler = "x".repeat(110);
        for (int i = 0; i < 5000; i++) {
            end.read(end.pingFromPeer(filler + i));
            most = Math.max(most, end.bytesHeld());
        }
        assertThat(most).isLessThan(400_000);
        end.recorder.take();
        List<String> received = receivedOnceThePeerReads();
        assertThat(received).hasSizeLessThan(1000).last().isEqualTo("pong " + filler + 4999);
        assertThat(end.recorder.take()).isEmpty();
        end.read(end.pingFromPeer("next"));
        assertThat(end.received()).containsExactly("pong next");
    }

    // --------------------------------------------------------------------------------------------------------- closing

    @Test
    void theCloseFrameComesAfterWhatWasSentBefore() {
        stall();
        text("waits");
        end.connection.close(CloseCode.NO_STATUS, "");
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSING);
        assertThat(receivedOnceThePeerReads()).containsExactly(STALLED, "text waits", "close 1005 ");
        assertThat(end.recorder.take()).isEmpty();
    }

    @Test
    void whatWaitsIsGivenUpWhenThePeerCloses() {
        stall();
        text("waits");
        end.connection.close(4000, "ours");
        end.read(end.closeFromPeer(4001, "theirs"));
        end.channel.peerReadsAll();
        end.runTasks();
        assertThat(end.received()).containsExactly(STALLED, "close 4001 ");
        assertThat(end.recorder.closed.get(0).reason()).isEqualTo("theirs");
    }

    @Test
    void everythingIsReleasedWhateverWaits() {
        stall();
        text("waits");
        part("p", false);
        text("behind");
        end.read(end.pingFromPeer("owed"));
        end.channel.close();
        end.runTasks();
        assertThat(end.bytesHeld()).isZero();
        assertThat(end.connection.bufferedAmount()).isZero();
    }

    @Test
    void aClientMasksWhatItSends() {
        end.close();
        end = new End(Role.CLIENT, SMALL, SlowConsumerPolicy.CLOSE, Delivery.WHOLE);
        text("a");
        end.runTasks();
        assertThat(end.channel.writes.get(0)).hasSize(7);
        assertThat(end.received()).containsExactly("text a");
    }
}
