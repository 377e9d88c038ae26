package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadLoop;
import dev.duplex.client.internal.load.LoadLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run: connects, warms up, measures, waits for what is still unanswered, and leaves. */
public final class Bench {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** How often it is looked at what is waited for. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(5);

    /** For the closing handshakes, beyond which connections are cut. */
    private static final long GOODBYE = TimeUnit.SECONDS.toNanos(3);

    private final BenchPlan plan;
    private final Consumer<Second> live;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicInteger settled = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Second> course = new ArrayList<>();
    private final List<StepResult> steps = new ArrayList<>();
    private final Histogram latency = Times.histogram();
    private final Histogram complete = Times.histogram();
    private final Histogram lateness = Times.histogram();

    private boolean interrupted;
    private Sampled last;
    private Second.Phase phase = Second.Phase.CONNECT;
    private long phaseBegan;
    private long connectedAt;

    /** All lanes at about one time. */
    private record Sampled(long time, Counters counters, Histogram latency, OwnUsage usage) {}

    /** A piece of time that was measured. */
    private record Window(
            Sampled first,
            Sampled end,
            @Nullable ServerUsage before,
            @Nullable ServerUsage after) {
        long nanos() {
            return Math.max(1, end.time() - first.time());
        }

        Counters counted() {
            return end.counters().since(first.counters());
        }
    }

    /**
     * A run.
     *
     * @param live told what happened, once a second, on the thread that runs it
     */
    public Bench(BenchPlan plan, Consumer<Second> live) {
        this.plan = plan;
        this.live = live;
        this.last = new Sampled(System.nanoTime(), new Counters(), Times.histogram(), new OwnUsage(0, List.of()));
    }

    /** Ends it before its time, with what there is; any thread. An interrupt of the running thread does the same. */
    public void stop() {
        stop.countDown();
    }

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    /** Runs it. */
    public BenchResult run() {
        Crowd crowd = new Crowd();
        try (LoadLoops loops = LoadLoops.open(plan.transport(), plan.threads())) {
            for (LoadLoop loop : loops.loops()) {
                lanes.add(new Lane(loop, plan, lanes.size(), crowd, new Waiting()));
            }
            last = sample();
            BenchResult result = measured();
            if (broken.get() != null) {
                throw new IllegalStateException("the bench itself has failed", broken.get());
            }
            return result;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Waiting implements Lane.Owner {
        @Override
        public void settled() {
            settled.incrementAndGet();
        }

        @Override
        public void failed(Throwable thrown) {
            broken.compareAndSet(null, thrown);
            stop();
        }
    }

    private BenchResult measured() {
        ServerUsage before = server();
        long began = System.nanoTime();
        Window window;
        if (plan.scenario() == Scenario.CONNECT) {
            window = measure(this::connectAll);
        } else if (plan.step() == null) {
            connectAll();
            window = isAnybodyThere() ? loaded() : measure(() -> {});
        } else {
            window = search(plan.step());
        }
        double connectSeconds = seconds(connectedAt - began);
        long until = begin(Second.Phase.DRAIN);
        // Not before all have stopped is it known what is still to be waited for.
        ask(lane -> {
            lane.stats().measureUntil(until);
            lane.stopSending(until);
            return lane;
        });
        pass(plan.timeout().toNanos(), () -> sum(Lane::unanswered) == 0);
        long now = System.nanoTime();
        // Who has waited in vain has waited so long at least.
        ask(lane -> lane.waiting(now)).forEach(latency::add);
        long unanswered = sum(Lane::unanswered);
        leave();
        return result(connectSeconds, window, before, unanswered);
    }

    /**
     * All connections of a run. The first one comes alone, since it pays for what this program loads and looks up only once:
     * those behind it would wait for that, and be told as slow.
     */
    private void connectAll() {
        connect(0, 1);
        if (!isStopped() && plan.connections() > 1) {
            connect(1, plan.connections());
        }
    }

    /** Connections from this number up to that one, until each of them is open or has failed. */
    private void connect(int first, int end) {
        long now = begin(Second.Phase.CONNECT);
        lanes.forEach(lane -> lane.tell(() -> lane.begin(now, first, end)));
        pass(Long.MAX_VALUE, () -> settled.get() >= end);
        connectedAt = System.nanoTime();
    }

    private boolean isAnybodyThere() {
        return plan.scenario() == Scenario.CHURN || last.counters().open() > 0;
    }

    private Window loaded() {
        begin(Second.Phase.WARMUP);
        pass(plan.warmup().toNanos(), () -> false);
        return measure(() -> {
            begin(Second.Phase.MEASURE);
            pass(plan.duration().toNanos(), () -> false);
        });
    }

    private Window measure(Runnable run) {
        long from = System.nanoTime();
        lanes.forEach(lane -> lane.tell(() -> lane.stats().measureFrom(from)));
        Sampled first = last;
        ServerUsage before = server();
        run.run();
        return new Window(first, last, before, server());
    }

    /** More and more connections, until what they measure is beyond the limit. */
    private Window search(BenchPlan.Step step) {
        Window lastOne = new Window(last, last, server(), server());
        int connections = 0;
        boolean held = true;
        while (held && connections < plan.connections() && !isStopped()) {
            int next = (int) Math.min(plan.connections(), (long) connections + step.connections());
            if (connections == 0) {
                connect(0, 1);
            }
            connect(Math.max(1, connections), next);
            connections = next;
            if (isStopped()) {
                break;
            }
            Histogram before = latency.copy();
            Window window = loaded();
            long now = System.nanoTime();
            Histogram ofStep = latency.copy();
            ofStep.subtract(before);
            ask(lane -> lane.waiting(now)).forEach(ofStep::add);
            StepResult result = StepResult.of(step, connections, seconds(window.nanos()), window.counted(), ofStep);
            if (!isStopped()) {
                steps.add(result);
            }
            held = result.held();
            lastOne = window;
        }
        return lastOne;
    }

    /** Lets a phase pass, second by second, until it is over, something has happened, or the run is stopped. */
    private void pass(long nanos, BooleanSupplier over) {
        boolean looks = phase == Second.Phase.DRAIN || phase == Second.Phase.CONNECT;
        boolean endless = nanos == Long.MAX_VALUE;
        long end = phaseBegan + (endless ? 0 : nanos);
        long nextSecond = phaseBegan + SECOND;
        while (!isStopped() && !over.getAsBoolean()) {
            long now = System.nanoTime();
            if (!endless && now - end >= 0) {
                break;
            }
            if (now - nextSecond >= 0) {
                second();
                nextSecond += SECOND;
                continue;
            }
            long until = endless || nextSecond - end < 0 ? nextSecond : end;
            await(Math.min(until - now, looks ? LOOK : Long.MAX_VALUE));
        }
        second();
    }

    private void await(long nanos) {
        try {
            if (stop.await(nanos, TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            interrupted = true;
            stop();
        }
    }

    private long begin(Second.Phase next) {
        phase = next;
        phaseBegan = System.nanoTime();
        return phaseBegan;
    }

    private void second() {
        Sampled before = last;
        last = sample();
        Counters counted = last.counters().since(before.counters());
        long nanos = Math.max(1, last.time() - before.time());
        Second second = new Second(
                phase,
                seconds(last.time() - phaseBegan),
                seconds(nanos),
                last.counters().open(),
                counted,
                last.latency(),
                last.usage().since(before.usage(), nanos));
        course.add(second);
        live.accept(second);
    }

    private Sampled sample() {
        Counters counters = new Counters();
        Histogram since = Times.histogram();
        for (LaneStats.Sample sample : ask(lane -> lane.stats().take())) {
            counters.add(sample.counters());
            since.add(sample.latency());
            complete.add(sample.complete());
            lateness.add(sample.lateness());
        }
        latency.add(since);
        return new Sampled(
                System.nanoTime(),
                counters,
                since,
                OwnUsage.now(lanes.stream().map(Lane::thread).toList()));
    }

    private @Nullable ServerUsage server() {
        return plan.pid() == 0 ? null : ServerUsage.of(plan.pid()).orElse(null);
    }

    private <T> List<T> ask(Function<Lane, T> question) {
        List<CompletableFuture<T>> answers =
                lanes.stream().map(lane -> lane.ask(() -> question.apply(lane))).toList();
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private long sum(Function<Lane, Long> figure) {
        return ask(figure).stream().mapToLong(Long::longValue).sum();
    }

    private long open() {
        return sum(lane -> lane.stats().counters().open());
    }

    private void leave() {
        lanes.forEach(lane -> lane.tell(lane::leave));
        long deadline = System.nanoTime() + GOODBYE;
        while (open() > 0 && System.nanoTime() - deadline < 0) {
            rest();
        }
        lanes.forEach(lane -> lane.tell(lane::cut));
        while (open() > 0 && System.nanoTime() - deadline < GOODBYE) {
            rest();
        }
    }

    private void rest() {
        try {
            TimeUnit.NANOSECONDS.sleep(LOOK);
        } catch (InterruptedException e) {
            interrupted = true; // the end is near, and has a deadline
        }
    }

    private BenchResult result(double connectSeconds, Window window, @Nullable ServerUsage before, long unanswered) {
        ConnectHistograms connects = new ConnectHistograms();
        Tally failures = new Tally();
        Tally closes = new Tally();
        Counters all = new Counters();
        Failure firstFailure = null;
        for (LaneStats stats : ask(Lane::stats)) {
            connects.addAll(stats.connects());
            failures.addAll(stats.failures());
            closes.addAll(stats.closes());
            all.add(stats.counters());
            if (firstFailure == null) {
                firstFailure = stats.firstFailure();
            }
        }
        ServerUsage from = window.before();
        ServerUsage until = window.after();
        return new BenchResult(
                plan,
                isStopped(),
                connectSeconds,
                seconds(window.nanos()),
                window.counted(),
                all,
                unanswered,
                latency,
                complete,
                lateness,
                connects,
                failures,
                closes,
                window.end().usage().since(window.first().usage(), window.nanos()),
                before == null || from == null || until == null
                        ? null
                        : new ServerUsage.Course(plan.pid(), before, from, until),
                firstFailure,
                steps,
                course);
    }

    private static double seconds(long nanos) {
        return (double) nanos / SECOND;
    }
}
