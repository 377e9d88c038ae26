package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Comes with a new connection again and again, by a schedule or whenever it has left; sends one message each time. */
final class ChurnUser implements Actor, Agenda.Entry {
    /** Whoever is refused does not knock again at once. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Lane lane;
    private final long number;
    private final boolean scheduled;
    private final Pace pace;
    private final int atATime;
    private final Set<Visit> visits = new HashSet<>();
    private long start;
    private long turn;

    ChurnUser(Lane lane, long number) {
        this.lane = lane;
        this.number = number;
        scheduled = lane.plan().load() instanceof Load.Open;
        pace = new Pace(lane.plan().load() instanceof Load.Open open ? open.perSecond() : 1);
        atATime = lane.plan().load() instanceof Load.Closed closed ? closed.inFlight() : 1;
    }

    @Override
    public void start(long time) {
        lane.settled();
        if (scheduled) {
            start = time + pace.offset(number);
            lane.add(start, this);
            return;
        }
        for (int i = 0; i < atATime; i++) {
            visit(time);
        }
    }

    @Override
    public void due(long time) {
        if (!lane.sends(time)) {
            return;
        }
        if (scheduled) {
            turn++;
            lane.add(start + pace.due(turn), this);
        }
        visit(time);
    }

    private void visit(long time) {
        Visit visit = new Visit(time);
        visits.add(visit);
        visit.start(time);
    }

    private void left(Visit visit, boolean unwanted) {
        visits.remove(visit);
        long now = System.nanoTime();
        if (scheduled || !lane.sends(now)) {
            return;
        }
        lane.add(unwanted ? now + PAUSE : now, this);
    }

    @Override
    public void leave() {
        List.copyOf(visits).forEach(User::leave);
    }

    @Override
    public void cut() {
        List.copyOf(visits).forEach(User::cut);
    }

    @Override
    public long unanswered() {
        return visits.stream().filter(visit -> !visit.answered).count();
    }

    @Override
    public void forEachUnanswered(LongConsumer times) {
        visits.stream().filter(visit -> !visit.answered).forEach(visit -> times.accept(visit.time));
    }

    /** One connection from its beginning to its end. */
    private final class Visit extends User {
        private final long time;
        private boolean answered;

        Visit(long time) {
            super(ChurnUser.this.lane, ChurnUser.this.number);
            this.time = time;
        }

        @Override
        void begin(LoadSocket opened) {
            Body body = lane().plan().body();
            Body.Writer writer = lane().writer();
            int length = writer.write(lane().nextSequence(), number());
            lane().stats().sent(length);
            opened.send(body.isText(), writer.payload(), length);
            if (lane().plan().matching() instanceof Matching.None) {
                answered = true;
                leave();
            }
        }

        @Override
        public void message(LoadSocket of, Incoming message, long now) {
            super.message(of, message, now);
            if (answered) {
                lane().stats().counters().unasked++;
                return;
            }
            answered = true;
            lane().stats().answered(time, now);
            BenchPlan plan = lane().plan();
            @Nullable Expected expected = plan.anyAnswer() ? null : plan.body().expected();
            if (expected != null && !(message.isText() == plan.body().isText() && message.is(expected))) {
                lane().stats().counters().wrong++;
            }
            leave();
        }

        @Override
        void gone(boolean unwanted) {
            left(this, unwanted);
        }

        @Override
        void tellSettled() {
            // Whoever comes and goes has done so when it begins.
        }
    }
}
