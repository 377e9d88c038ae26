package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadSocket;

/** Sends messages that the server sends back, by a schedule or whenever one has come back. */
final class EchoUser extends User implements Agenda.Entry {
    private final Body body;
    private final boolean compares;
    private final Pace pace;
    private final boolean scheduled;
    private final int inFlight;

    /** When each message was scheduled that has been sent and not been answered. */
    private final LongQueue unanswered;

    /** When each message was scheduled that the network does not take yet. */
    private final LongQueue waiting = new LongQueue(2);

    private boolean blocked;
    private long start;
    private long turn;
    private int sentLength;

    EchoUser(Lane lane, long number) {
        super(lane, number);
        BenchPlan plan = lane.plan();
        body = plan.body();
        compares = body.isFixed() && !plan.anyAnswer();
        if (plan.load() instanceof Load.Open open) {
            scheduled = true;
            pace = new Pace(open.perSecond());
            inFlight = 0;
            unanswered = new LongQueue(2);
        } else if (plan.load() instanceof Load.Closed closed) {
            scheduled = false;
            pace = new Pace(1);
            inFlight = closed.inFlight();
            unanswered = new LongQueue(inFlight);
        } else {
            throw new AssertionError(plan.load());
        }
    }

    @Override
    void begin(LoadSocket opened) {
        long now = System.nanoTime();
        if (scheduled) {
            start = now + pace.offset(number());
            lane().add(start, this);
            return;
        }
        for (int i = 0; i < inFlight; i++) {
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
        sentLength = writer.write(lane().nextSequence(), number());
        unanswered.add(time);
        LaneStats stats = lane().stats();
        stats.sent(sentLength);
        if (scheduled) {
            stats.late(time, System.nanoTime());
        }
        blocked = !open.send(body.isText(), writer.payload(), sentLength);
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
        if (unanswered.isEmpty()) {
            stats.counters().unasked++;
            return;
        }
        stats.answered(unanswered.take(), now);
        if (compares && !isEcho(message)) {
            stats.counters().wrong++;
        }
        if (!scheduled && lane().sends(now)) {
            send(of, now);
        }
    }

    private boolean isEcho(Incoming message) {
        return message.isText() == body.isText()
                && message.equals(lane().writer().payload(), sentLength);
    }

    @Override
    long unanswered() {
        return unanswered.size() + waiting.size() + unsent();
    }

    /** Messages that this program is behind with. */
    private long unsent() {
        if (!scheduled || socket() == null || lane().end().isEmpty()) {
            return 0;
        }
        long due = pace.dueBefore(lane().end().getAsLong() - start);
        return Math.max(0, due - turn);
    }
}
