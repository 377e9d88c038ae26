package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.fuzz.Frames;
import dev.duplex.fuzz.MemoryChannel;
import dev.duplex.fuzz.SteppedLoop;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;

/**
 * Real topics, loops and sessions, and beside them the model: at each event loop everything happens in the order in which
 * it was called for, and a member is who has joined there and not left.
 */
final class TopicsBench implements AutoCloseable {
    static final int LOOPS = 2;
    static final int SESSIONS = 6;
    static final int TOPICS = 3;

    /** Each loop, and a thread that is none. */
    static final int CALLERS = LOOPS + 1;

    private final ServerCore core = ServerBench.core();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final List<Loop> loops = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Topics topics;
    private int messages;

    /** A real loop, and what the model says it still has to do. */
    private static final class Loop {
        final SteppedLoop executor = new SteppedLoop();
        final ServerLoop server;
        final Queue<Runnable> model = new ArrayDeque<>();

        Loop(int number) {
            server = ServerBench.loop(number, executor, () -> {
                throw new AssertionError("a publication was dropped");
            });
        }

        void runModel() {
            for (Runnable task = model.poll(); task != null; task = model.poll()) {
                task.run();
            }
        }
    }

    /** A real session, and what the model says of it. */
    private static final class Member {
        final Loop loop;
        final MemoryChannel channel;
        final ServerSession session;
        boolean gone;
        final Set<String> joined = new TreeSet<>();
        final List<String> expected = new ArrayList<>();

        Member(Loop loop, MemoryChannel channel, ServerSession session) {
            this.loop = loop;
            this.channel = channel;
            this.session = session;
        }
    }

    TopicsBench() {
        for (int i = 0; i < LOOPS; i++) {
            loops.add(new Loop(i));
        }
        // The server's own loops have threads.
        core.loops().clear();
        loops.forEach(loop -> core.loops().add(loop.server));
        topics = core.topics();
        for (int i = 0; i < SESSIONS; i++) {
            members.add(open(loops.get(i % LOOPS)));
        }
    }

    private Member open(Loop loop) {
        MemoryChannel channel = new MemoryChannel();
        return new Member(loop, channel, ServerBench.open(core, loop.server, loop.executor, channel, allocator));
    }

    // ----------------------------------------------------------------------------------------------------------- steps

    /** Calls it where it is to be called: on a loop, or on a thread that is none. */
    private void call(int caller, Runnable action) {
        if (caller < LOOPS) {
            loops.get(caller).executor.on(action);
        } else {
            action.run();
        }
    }

    /** In the model: at once if called on the loop, behind what waits there, and otherwise when the loop turns. */
    private static void inOrder(Loop loop, boolean onLoop, Runnable action) {
        loop.model.add(action);
        if (onLoop) {
            loop.runModel();
        }
    }

    private boolean isOn(int caller, Loop loop) {
        return caller < LOOPS && loops.get(caller) == loop;
    }

    void subscribe(int who, int topic, int caller) {
        Member member = members.get(who);
        call(caller, () -> member.session.subscribe(name(topic)));
        inOrder(member.loop, isOn(caller, member.loop), () -> {
            if (!member.gone) {
                member.joined.add(name(topic));
            }
        });
    }

    void unsubscribe(int who, int topic, int caller) {
        Member member = members.get(who);
        call(caller, () -> member.session.unsubscribe(name(topic)));
        inOrder(member.loop, isOn(caller, member.loop), () -> member.joined.remove(name(topic)));
    }

    void publish(int who, int topic, int caller) {
        Member publisher = members.get(who);
        String text = "message " + messages++;
        call(caller, () -> publisher.session.publish(name(topic), text));
        published(caller, member -> member != publisher && member.joined.contains(name(topic)), text);
    }

    void publishFromServer(int topic, int caller) {
        String text = "message " + messages++;
        call(caller, () -> topics.publish(name(topic), true, text.getBytes(StandardCharsets.UTF_8), null));
        published(caller, member -> member.joined.contains(name(topic)), text);
    }

    void broadcast(int caller) {
        String text = "message " + messages++;
        call(caller, () -> topics.broadcast(true, text.getBytes(StandardCharsets.UTF_8)));
        published(caller, member -> true, text);
    }

    private interface Wants {
        boolean wants(Member member);
    }

    private void published(int caller, Wants wants, String text) {
        for (Loop loop : loops) {
            inOrder(loop, isOn(caller, loop), () -> {
                for (Member member : members) {
                    if (member.loop == loop && !member.gone && wants.wants(member)) {
                        member.expected.add(text);
                    }
                }
            });
        }
    }

    /** The peer goes: what was called for before is lost with it. */
    void disconnect(int who) {
        Member member = members.get(who);
        turn(loops.indexOf(member.loop));
        member.loop.executor.on(() -> member.channel.close());
        member.loop.executor.turn();
        member.gone = true;
        member.joined.clear();
    }

    void turn(int number) {
        Loop loop = loops.get(number);
        loop.executor.turn();
        loop.runModel();
    }

    void settle() {
        for (int i = 0; i < LOOPS; i++) {
            turn(i);
        }
    }

    private static String name(int topic) {
        return "topic " + topic;
    }

    // ---------------------------------------------------------------------------------------------------------- checks

    void check() {
        Set<String> names = new TreeSet<>();
        for (Member member : members) {
            assertThat(member.session.topics()).isEqualTo(member.joined);
            assertThat(Frames.textsFromServer(member.channel.written)).isEqualTo(member.expected);
            names.addAll(member.joined);
        }
        assertThat(topics.names()).isEqualTo(names);
        for (String name : names) {
            List<ServerSession> expected = members.stream()
                    .filter(member -> member.joined.contains(name))
                    .map(member -> member.session)
                    .toList();
            assertThat(topics.members(name)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < SESSIONS; i++) {
            disconnect(i);
            members.get(i).channel.written.release();
        }
        assertThat(topics.names()).isEmpty();
        assertThat(topics.everyone().snapshot()).isEmpty();
        loops.forEach(loop -> loop.server.state().deflate().close());
        assertThat(allocator.metric().usedHeapMemory()).as("bytes not released").isZero();
    }
}
