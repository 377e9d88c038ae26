package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadLoop;
import dev.duplex.client.internal.load.LoadLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** One run: connects, warms up, measures, waits for what is still unanswered, and leaves. */
public final class Bench {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** How often the answers are counted that are still waited for. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(5);

    /** For the closing handshakes, beyond which connections are cut. */
    private static final long GOODBYE = TimeUnit.SECONDS.toNanos(3);

    private final BenchPlan plan;
    private final Consumer<Second> live;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch settled;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Second> course = new ArrayList<>();
    private final Histogram latency = Times.histogram();
    private final Histogram lateness = Times.histogram();

    private boolean interrupted;
    private Sampled last;
    private Second.Phase phase = Second.Phase.CONNECT;
    private long phaseBegan;

    /** All lanes at about one time. */
    private record Sampled(long time, Counters counters, Histogram latency, OwnUsage usage) {}

    /**
     * A run.
     *
     * @param live told what happened, once a second, on the thread that runs it
     */
    public Bench(BenchPlan plan, Consumer<Second> live) {
        this.plan = plan;
        this.live = live;
        this.settled = new CountDownLatch(plan.connections());
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
        try (LoadLoops loops = LoadLoops.open(plan.transport(), plan.threads())) {
            for (LoadLoop loop : loops.loops()) {
                lanes.add(new Lane(loop, plan, lanes.size(), settled::countDown));
            }
            last = sample();
            return measured();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private BenchResult measured() {
        long begin = begin(Second.Phase.CONNECT);
        lanes.forEach(lane -> lane.tell(() -> lane.begin(begin, 0, plan.connections())));
        pass(Long.MAX_VALUE, () -> settled.getCount() == 0);
        double connectSeconds = seconds(System.nanoTime() - begin);
        boolean anyOpen = last.counters().open() > 0;
        if (anyOpen) {
            begin(Second.Phase.WARMUP);
            pass(plan.warmup().toNanos(), () -> false);
        }

        long from = begin(Second.Phase.MEASURE);
        lanes.forEach(lane -> lane.tell(() -> lane.stats().measureFrom(from)));
        Sampled first = last;
        if (anyOpen) {
            pass(plan.duration().toNanos(), () -> false);
        }
        Sampled end = last;

        long until = begin(Second.Phase.DRAIN);
        lanes.forEach(lane -> lane.tell(() -> {
            lane.stats().measureUntil(until);
            lane.stopSending(until);
        }));
        pass(plan.timeout().toNanos(), () -> sum(Lane::unanswered) == 0);
        long unanswered = sum(Lane::unanswered);
        leave();
        return result(connectSeconds, first, end, unanswered);
    }

    /** Lets a phase pass, second by second, until it is over, something has happened, or the run is stopped. */
    private void pass(long nanos, Supplier<Boolean> over) {
        boolean looks = phase == Second.Phase.DRAIN || phase == Second.Phase.CONNECT;
        long end = nanos == Long.MAX_VALUE ? Long.MAX_VALUE : phaseBegan + nanos;
        long nextSecond = phaseBegan + SECOND;
        while (!isStopped() && !over.get()) {
            long now = System.nanoTime();
            if (end != Long.MAX_VALUE && now - end >= 0) {
                break;
            }
            if (now - nextSecond >= 0) {
                second();
                nextSecond += SECOND;
                continue;
            }
            long until = end == Long.MAX_VALUE || nextSecond - end < 0 ? nextSecond : end;
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
            lateness.add(sample.lateness());
        }
        latency.add(since);
        return new Sampled(
                System.nanoTime(),
                counters,
                since,
                OwnUsage.now(lanes.stream().map(Lane::thread).toList()));
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

    private BenchResult result(double connectSeconds, Sampled first, Sampled end, long unanswered) {
        ConnectHistograms connects = new ConnectHistograms();
        Tally failures = new Tally();
        Tally closes = new Tally();
        Counters all = new Counters();
        Failure firstFailure = null;
        for (Lane lane : lanes) {
            // Its thread has done what it was asked, and does nothing more that is counted.
            LaneStats stats = lane.ask(lane::stats).join();
            connects.addAll(stats.connects());
            failures.addAll(stats.failures());
            closes.addAll(stats.closes());
            all.add(stats.counters());
            if (firstFailure == null) {
                firstFailure = stats.firstFailure();
            }
        }
        long nanos = Math.max(1, end.time() - first.time());
        return new BenchResult(
                plan,
                isStopped(),
                connectSeconds,
                seconds(nanos),
                end.counters().since(first.counters()),
                all,
                unanswered,
                latency,
                lateness,
                connects,
                failures,
                closes,
                end.usage().since(first.usage(), nanos),
                firstFailure,
                course);
    }

    private static double seconds(long nanos) {
        return (double) nanos / SECOND;
    }
}
