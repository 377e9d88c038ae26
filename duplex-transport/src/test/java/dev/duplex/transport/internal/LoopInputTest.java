package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopInputTest {
    private final LoopInput input = new LoopInput();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void everythingIsReleased() {
        input.close();
        channel.finishAndReleaseAll();
    }

    /** As a transport does it, with a socket that fills what it is given so far. */
    private ByteBuf read(Channel from, int bytes) {
        input.reset(from.config());
        return readMore(bytes);
    }

    private ByteBuf readMore(int bytes) {
        ByteBuf buffer = input.allocate(UnpooledByteBufAllocator.DEFAULT);
        input.attemptedBytesRead(buffer.writableBytes());
        input.lastBytesRead(Math.min(bytes, buffer.writableBytes()));
        input.incMessagesRead(1);
        return buffer;
    }

    @Test
    void aDecoderThatKeepsWhatItIsGivenGetsSmallBuffersOfItsOwn() {
        input.use(channel);
        ByteBuf first = read(channel, 10);
        ByteBuf second = read(channel, 10);
        assertThat(second).isNotSameAs(first);
        assertThat(first.capacity()).isEqualTo(2048);
        first.release();
        second.release();
    }

    /** An upload is not read in pieces of the size of a request. */
    @Test
    void whatFollowsASmallBufferThatWasFilledIsReadInLargeOnes() {
        input.use(channel);
        read(channel, Integer.MAX_VALUE).release();
        assertThat(input.continueReading()).isTrue();
        ByteBuf next = readMore(Integer.MAX_VALUE);
        assertThat(next.capacity()).isEqualTo(64 * 1024);
        next.release();
        ByteBuf ofNextTurn = read(channel, 10);
        assertThat(ofNextTurn.capacity()).isEqualTo(2048);
        ofNextTurn.release();
    }

    @Test
    void webSocketsAreReadIntoOneBuffer() {
        EmbeddedChannel other = new EmbeddedChannel();
        for (Channel each : new Channel[] {channel, other}) {
            input.use(each);
            input.share(each);
        }
        ByteBuf first = read(channel, 10);
        first.writeInt(7).release();
        ByteBuf second = read(other, 10);
        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        assertThat(second.writableBytes()).isEqualTo(LoopInput.SHARED_BYTES);
        second.release();
        other.finishAndReleaseAll();
    }

    @Test
    void whoKeepsTheBufferHasIt() {
        input.use(channel);
        input.share(channel);
        ByteBuf kept = read(channel, 4).writeInt(7);
        ByteBuf next = read(channel, 4).writeInt(8);
        assertThat(next).isNotSameAs(kept);
        assertThat(kept.readInt()).isEqualTo(7);
        assertThat(kept.refCnt()).isEqualTo(1);
        kept.release();
        next.release();
    }

    @Test
    void aChannelThatIsReadInAnotherWayGoesOnLikeThat() {
        var before = channel.config().getRecvByteBufAllocator();
        input.share(channel);
        assertThat((Object) channel.config().getRecvByteBufAllocator()).isSameAs(before);
    }

    @Test
    void readingEndsWhereTheSocketIsEmpty() {
        input.use(channel);
        input.share(channel);
        read(channel, LoopInput.SHARED_BYTES - 1).release();
        assertThat(input.continueReading()).isFalse();
        read(channel, LoopInput.SHARED_BYTES).release();
        assertThat(input.continueReading()).isTrue();
    }

    /** Row of the hostile inputs: who sends without end does not keep the loop from others. */
    @Test
    void readingEndsAfterAMebibyte() {
        input.use(channel);
        input.share(channel);
        read(channel, Integer.MAX_VALUE).release();
        int reads = 1;
        for (; input.continueReading() && reads < 100; reads++) {
            readMore(Integer.MAX_VALUE).release();
        }
        assertThat(reads * LoopInput.SHARED_BYTES).isEqualTo(1024 * 1024);
    }

    @Test
    void readingEndsWhenItIsPausedInBetween() {
        input.use(channel);
        input.share(channel);
        read(channel, LoopInput.SHARED_BYTES).release();
        channel.config().setAutoRead(false);
        assertThat(input.continueReading()).isFalse();
    }
}
