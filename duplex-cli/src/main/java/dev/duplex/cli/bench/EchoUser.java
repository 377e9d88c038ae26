package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadSocket;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Sends messages that the server sends back, by a schedule or whenever one has come back. */
final class EchoUser extends User implements Agenda.Entry {
    private final Body body;
    private final @Nullable Expected expected;
    private final Pace pace;
    private final boolean scheduled;
    private final int atATime;
    private final InFlight inFlight;

    /** When each message was scheduled that the network does not take yet. */
    private final LongQueue waiting = new LongQueue(2);

    private boolean blocked;
    private long start;
    private long turn;

    EchoUser(Lane lane, long number) {
        super(lane, number);
        BenchPlan plan = lane.plan();
        body = plan.body();
        expected = plan.anyAnswer() ? null : body.expected();
        scheduled = plan.load() instanceof Load.Open;
        pace = new Pace(plan.load() instanceof Load.Open open ? open.perSecond() : 1);
        atATime = plan.load() instanceof Load.Closed closed ? closed.inFlight() : 0;
        inFlight = InFlight.of(plan.matching(), atATime);
    }

    @Override
    void begin(LoadSocket opened) {
        long now = System.nanoTime();
        if (scheduled) {
            start = now + pace.offset(number());
            lane().add(start, this);
            return;
        }
        for (int i = 0; i < atATime; i++) {
            send(opened, now);
        }
    }

    @Override
    public void due(long time) {
        LoadSocket open = socket();
        if (open == null || !lane().sends(time)) {
            return;
        }
        turn++;
        lane().add(start + pace.due(turn), this);
        send(open, time);
    }

    /** @param time when it is to be sent, or was */
    private void send(LoadSocket open, long time) {
        if (blocked) {
            waiting.add(time);
            return;
        }
        Body.Writer writer = lane().writer();
        long sequence = lane().nextSequence();
        int length = writer.write(sequence, number());
        inFlight.sent(sequence, time);
        LaneStats stats = lane().stats();
        stats.sent(length);
        if (scheduled) {
            stats.late(time, System.nanoTime());
        }
        blocked = !open.send(body.isText(), writer.payload(), length);
    }

    @Override
    public void drained(LoadSocket of) {
        blocked = false;
        while (!blocked && !waiting.isEmpty()) {
            send(of, waiting.take());
        }
    }

    @Override
    public void message(LoadSocket of, Incoming message, long now) {
        LaneStats stats = lane().stats();
        stats.received(message.length());
        long time = inFlight.answered(message);
        if (time == InFlight.NOTHING) {
            stats.counters().unasked++;
            return;
        }
        stats.answered(time, now);
        if (expected != null && !(message.isText() == body.isText() && message.is(expected))) {
            stats.counters().wrong++;
        }
        if (!scheduled && lane().sends(now)) {
            send(of, now);
        }
    }

    @Override
    public long unanswered() {
        return inFlight.size() + waiting.size() + dueTurns() - turn;
    }

    @Override
    public void forEachUnanswered(LongConsumer times) {
        inFlight.forEach(times);
        for (int i = 0; i < waiting.size(); i++) {
            times.accept(waiting.get(i));
        }
        for (long i = turn; i < dueTurns(); i++) {
            times.accept(start + pace.due(i));
        }
    }

    /** How many turns it should have had when the sending ended; those that it had if it goes on, or is not scheduled. */
    private long dueTurns() {
        if (!scheduled || socket() == null || lane().end().isEmpty()) {
            return turn;
        }
        return Math.max(turn, pace.dueBefore(lane().end().getAsLong() - start));
    }
}
