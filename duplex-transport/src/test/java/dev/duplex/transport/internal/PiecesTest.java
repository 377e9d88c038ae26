package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PiecesTest {
    private final Pieces pieces = new Pieces();
    private final ByteBuf frames = Unpooled.directBuffer();
    private final ByteBuf input = Unpooled.directBuffer();

    @AfterEach
    void release() {
        pieces.close();
        frames.release();
        input.release();
    }

    private void frames(String text) {
        ByteBufUtil.writeAscii(frames, text);
    }

    private String behind(long taken) {
        ByteBuf copy = Unpooled.buffer();
        pieces.copyBehind(taken, copy);
        String text = copy.toString(StandardCharsets.US_ASCII);
        copy.release();
        return text;
    }

    @Test
    void payloadsStandBetweenTheFramesThatCameBeforeAndAfter() {
        ByteBufUtil.writeAscii(input, "..one..two..");
        frames("(head)");
        pieces.addFrames(frames);
        pieces.addPayload(input, 2, 3);
        pieces.addFrames(frames); // nothing new
        frames("(small)");
        frames("(head)");
        pieces.addFrames(frames);
        pieces.addPayload(input, 7, 3);
        frames("(ping)");
        String all = "(head)one(small)(head)two(ping)";
        assertThat(pieces.bytes(frames)).isEqualTo(all.length());
        pieces.addFrames(frames);
        assertThat(pieces.bytes(frames)).isEqualTo(all.length());
        for (int taken = 0; taken <= all.length(); taken++) {
            assertThat(behind(taken)).isEqualTo(all.substring(taken));
        }
    }

    @Test
    void whatWasReadOfTheFramesBeforeIsNotAmongThem() {
        frames("gone(head)");
        frames.skipBytes(4);
        pieces.addFrames(frames);
        frames("(more)");
        assertThat(pieces.bytes(frames)).isEqualTo(12);
        pieces.addFrames(frames);
        assertThat(behind(0)).isEqualTo("(head)(more)");
    }

    @Test
    void thereIsRoomForSixteenPayloadsAndWhatFollowsThem() {
        ByteBufUtil.writeAscii(input, "x");
        int payloads = 0;
        for (; !pieces.isFull(); payloads++) {
            frames("h");
            pieces.addFrames(frames);
            pieces.addPayload(input, 0, 1);
        }
        frames("end");
        pieces.addFrames(frames);
        assertThat(payloads).isEqualTo(16);
        assertThat(behind(0)).isEqualTo("hx".repeat(16) + "end");
    }

    @Test
    void isEmptyOnceCleared() {
        frames("head");
        pieces.addFrames(frames);
        pieces.clear();
        assertThat(behind(0)).isEmpty();
        frames.clear();
        frames("next");
        pieces.addFrames(frames);
        assertThat(pieces.bytes(frames)).isEqualTo(4);
        assertThat(behind(0)).isEqualTo("next");
    }
}
