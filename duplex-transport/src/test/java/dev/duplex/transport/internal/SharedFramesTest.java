package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.core.PreparedMessage;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Messages for many connections of one loop, which stand in the loop's memory once. */
class SharedFramesTest {
    /** A second connection, and more, on the loop of the first. */
    private static final class Member implements AutoCloseable {
        final TestChannel channel = new TestChannel();
        final WebSocketConnection connection;
        final List<String> expected = new ArrayList<>();

        Member(LoopState loop) {
            connection = Ends.server(channel, loop, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, new Recorder());
            channel.pipeline().addLast(connection);
        }

        /** The texts of the frames written; they are short, and never masked. */
        List<String> received() {
            List<String> texts = new ArrayList<>();
            ByteBuf all = channel.takeWritten();
            while (all.isReadable()) {
                assertThat(all.readUnsignedByte()).isEqualTo((short) 0x81);
                texts.add(all.readCharSequence(all.readUnsignedByte(), StandardCharsets.UTF_8)
                        .toString());
            }
            all.release();
            return texts;
        }

        @Override
        public void close() {
            channel.finishAndReleaseAll();
        }
    }

    private static void publish(End end, String text, List<Member> members) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        try (PreparedMessage prepared =
                new PreparedMessage(true, Unpooled.wrappedBuffer(utf8), end.deflate, end.allocator)) {
            for (Member member : members) {
                member.connection.sendPrepared(prepared, true, utf8, null);
                member.expected.add(text);
            }
        }
    }

    /** Each step is for the members whose bits it has: a publication, a message for each alone, or the end of a turn. */
    @Property(tries = 200)
    void everybodyGetsEverythingInOrder(@ForAll @Size(max = 40) List<@IntRange(max = 31) Integer> steps) {
        try (End end = new End();
                Member first = new Member(end.loop);
                Member second = new Member(end.loop);
                Member third = new Member(end.loop)) {
            int number = 0;
            for (int step : steps) {
                List<Member> chosen = new ArrayList<>();
                Member[] all = {first, second, third};
                for (int i = 0; i < all.length; i++) {
                    if ((step & 1 << i) != 0) {
                        chosen.add(all[i]);
                    }
                }
                String text = "message " + number++;
                switch (step >> 3) {
                    case 0, 1 -> publish(end, text, chosen);
                    case 2 -> {
                        for (Member member : chosen) {
                            member.connection.sendText(text, null);
                            member.expected.add(text);
                        }
                    }
                    default -> end.runTasks();
                }
            }
            end.runTasks();
            for (Member member : List.of(first, second, third)) {
                assertThat(member.received()).isEqualTo(member.expected);
            }
        }
    }

    @Test
    void theyCountAsBufferedUntilTheTurnIsOver() {
        try (End end = new End();
                Member member = new Member(end.loop)) {
            publish(end, "hello", List.of(member));
            publish(end, "world", List.of(member));
            assertThat(member.connection.bufferedAmount()).isEqualTo(2 * (2 + "hello".length()));
            end.runTasks();
            assertThat(member.connection.bufferedAmount()).isZero();
            assertThat(member.channel.writes).hasSize(1);
        }
    }

    @Test
    void aConnectionThatEndsLeavesThePlaceToOthers() {
        try (End end = new End();
                Member leaves = new Member(end.loop);
                Member stays = new Member(end.loop)) {
            publish(end, "first", List.of(leaves, stays));
            leaves.channel.close().syncUninterruptibly();
            publish(end, "second", List.of(stays));
            end.runTasks();
            publish(end, "third", List.of(stays));
            end.runTasks();
            assertThat(stays.received()).isEqualTo(stays.expected);
        }
    }

    /** What does not fit any more is copied to each of them. */
    @Test
    void thereAreMoreThanTheMemoryHolds() {
        try (End end = new End();
                Member one = new Member(end.loop);
                Member other = new Member(end.loop)) {
            String text = "x".repeat(100);
            for (int i = 0; i < 1000; i++) {
                publish(end, i + text, i % 2 == 0 ? List.of(one, other) : List.of(other));
            }
            end.runTasks();
            assertThat(one.received()).isEqualTo(one.expected);
            assertThat(other.received()).isEqualTo(other.expected);
        }
    }
}
