package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadLoop;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One event loop of the bench with its connections, its agenda and its figures. All but the first lines on its thread. */
final class Lane {
    /** So many entries of the agenda in one turn, then the network has its. */
    private static final int ENTRIES_PER_TURN = 256;

    private final LoadLoop loop;
    private final BenchPlan plan;
    private final int index;
    private final Runnable settled;
    private final LaneStats stats = new LaneStats();
    private final Agenda agenda = new Agenda(System.nanoTime());
    private final Body.Writer writer;
    private final List<User> users = new ArrayList<>();
    private long sequence;
    private boolean ending;
    private boolean stopping;
    private long end;
    private long armedFor = Agenda.NEVER;

    /**
     * A lane.
     *
     * @param index which one of {@code plan.threads()}
     * @param settled called for each connection that is open, or will not be
     */
    Lane(LoadLoop loop, BenchPlan plan, int index, Runnable settled) {
        this.loop = loop;
        this.plan = plan;
        this.index = index;
        this.settled = settled;
        this.writer = plan.body().writer();
        this.sequence = index;
    }

    // ------------------------------------------------------------------------------------------- from the main thread

    /** Runs something on the lane's thread, and answers with what it returns. */
    <T> CompletableFuture<T> ask(Supplier<T> task) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(task.get());
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    void tell(Runnable task) {
        loop.execute(task);
    }

    Thread thread() {
        return loop.thread();
    }

    // ------------------------------------------------------------------------------------------------- on its thread

    BenchPlan plan() {
        return plan;
    }

    LaneStats stats() {
        return stats;
    }

    Body.Writer writer() {
        return writer;
    }

    /**
     * Whether what is scheduled for this time is sent. Of a schedule that the bench is behind, what belongs into the measured
     * time is sent even after that: to leave it out would hide what it had to wait.
     */
    boolean sends(long scheduled) {
        return !ending && !(stopping && scheduled - end >= 0);
    }

    /** Until when messages are scheduled, if that is known. */
    OptionalLong end() {
        return stopping ? OptionalLong.of(end) : OptionalLong.empty();
    }

    /** Whether the run is over, so that a connection that ends is none that is lost. */
    boolean isEnding() {
        return ending;
    }

    /** The number of the next message; all lanes together leave none out. */
    long nextSequence() {
        long next = sequence;
        sequence += plan.threads();
        return next;
    }

    void settled() {
        settled.run();
    }

    void add(long time, Agenda.Entry entry) {
        agenda.add(time, entry);
        arm();
    }

    /** Begins this lane's share of the connections from {@code first} up to {@code end}, at the plan's pace. */
    void begin(long start, int first, int end) {
        for (int number = first; number < end; number++) {
            if (number % plan.threads() == index) {
                User user = new EchoUser(this, number);
                users.add(user);
                long offset = plan.ramp() == 0 ? 0 : new Pace(plan.ramp()).due(number - first);
                add(start + offset, user::connect);
            }
        }
    }

    void connect(User user) {
        stats.counters().begun++;
        loop.connect(plan.target(), localAddress(user.number()), user);
    }

    private @Nullable InetAddress localAddress(long connection) {
        List<InetAddress> from = plan.from();
        return from.isEmpty() ? null : from.get((int) (connection % from.size()));
    }

    /** Sends nothing that is scheduled from then on. */
    void stopSending(long from) {
        stopping = true;
        end = from;
    }

    /** Messages that nobody has answered yet, and those that should be sent already and are not. */
    long unanswered() {
        return users.stream().mapToLong(User::unanswered).sum();
    }

    /** Begins the closing handshake on every connection. */
    void leave() {
        ending = true;
        users.forEach(User::leave);
    }

    void cut() {
        users.forEach(User::cut);
    }

    private void arm() {
        long next = agenda.next();
        if (next == Agenda.NEVER || (armedFor != Agenda.NEVER && armedFor - next <= 0)) {
            return;
        }
        armedFor = next;
        loop.schedule(() -> turn(next), Math.max(0, next - System.nanoTime()));
    }

    private void turn(long armed) {
        if (armed != armedFor) {
            return; // an earlier one has been armed since
        }
        agenda.run(System.nanoTime(), ENTRIES_PER_TURN);
        armedFor = Agenda.NEVER;
        arm();
    }
}
