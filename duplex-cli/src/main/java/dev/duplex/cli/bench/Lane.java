package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadListener;
import dev.duplex.client.internal.load.LoadLoop;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One event loop of the bench with its connections, its agenda and its figures. All but the first lines on its thread. */
final class Lane {
    /** So many entries of the agenda in one turn, then the network has its. */
    private static final int ENTRIES_PER_TURN = 256;

    /** Who waits for the lanes, told on their threads. */
    interface Owner {
        /** A connection is as far as it should be, or will never be. */
        void settled();

        /** Something is wrong in this program. */
        void failed(Throwable thrown);
    }

    private final LoadLoop loop;
    private final BenchPlan plan;
    private final int index;
    private final Owner owner;
    private final Crowd crowd;
    private final LaneStats stats = new LaneStats();
    private final Agenda agenda = new Agenda(System.nanoTime());
    private final Body.Writer writer;
    private final List<Actor> actors = new ArrayList<>();
    private long sequence;
    private boolean ending;
    private boolean stopping;
    private long end;
    private boolean armed;
    private long armedFor;

    /**
     * A lane.
     *
     * @param index which one of {@code plan.threads()}
     */
    Lane(LoadLoop loop, BenchPlan plan, int index, Crowd crowd, Owner owner) {
        this.loop = loop;
        this.plan = plan;
        this.index = index;
        this.crowd = crowd;
        this.owner = owner;
        this.writer = plan.body().writer();
        this.sequence = index;
    }

    // ----------------------------------------------------------------------------------------------- from any thread

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

    /** Runs something on the lane's thread. */
    void tell(Runnable task) {
        loop.execute(() -> guarded(task));
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            owner.failed(e);
        }
    }

    Thread thread() {
        return loop.thread();
    }

    // ------------------------------------------------------------------------------------------------- on its thread

    BenchPlan plan() {
        return plan;
    }

    Crowd crowd() {
        return crowd;
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
        owner.settled();
    }

    void add(long time, Agenda.Entry entry) {
        agenda.add(time, entry);
        arm();
    }

    /** Begins this lane's share of the connections from {@code first} up to {@code end}, at the plan's pace. */
    void begin(long start, int first, int until) {
        Pace pace = new Pace(plan.ramp() == 0 ? 1 : plan.ramp());
        for (int number = first; number < until; number++) {
            if (number % plan.threads() == index) {
                Actor actor = actor(number);
                actors.add(actor);
                add(plan.ramp() == 0 ? start : start + pace.due(number - first), actor::start);
            }
        }
    }

    private Actor actor(long number) {
        return switch (plan.scenario()) {
            case ECHO -> new EchoUser(this, number);
            case CONNECT -> new ConnectUser(this, number);
            case IDLE -> new IdleUser(this, number);
            case BROADCAST -> new BroadcastUser(this, number);
            case PUSH -> new PushUser(this, number);
            case CHURN -> new ChurnUser(this, number);
        };
    }

    void connect(LoadListener listener, long number) {
        stats.counters().begun++;
        loop.connect(plan.target(), localAddress(number), listener);
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
        return actors.stream().mapToLong(Actor::unanswered).sum();
    }

    /** How long those of the measured time have waited until now. */
    Histogram waiting(long now) {
        Histogram waiting = Times.histogram();
        actors.forEach(actor -> actor.forEachUnanswered(scheduled -> {
            if (stats.isMeasured(scheduled)) {
                Times.record(waiting, now - scheduled);
            }
        }));
        return waiting;
    }

    /** Begins the closing handshake on every connection. */
    void leave() {
        ending = true;
        actors.forEach(Actor::leave);
    }

    void cut() {
        actors.forEach(Actor::cut);
    }

    private void arm() {
        long next = agenda.next();
        if (next == Agenda.NEVER || (armed && armedFor - next <= 0)) {
            return;
        }
        armed = true;
        armedFor = next;
        loop.schedule(() -> guarded(() -> turn(next)), Math.max(0, next - System.nanoTime()));
    }

    private void turn(long time) {
        if (!armed || time != armedFor) {
            return; // an earlier one has been armed since
        }
        try {
            agenda.run(System.nanoTime(), ENTRIES_PER_TURN);
        } finally {
            armed = false;
            arm();
        }
    }
}
