package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadSocket;

/** Hears what others say; one of the first says something, by a schedule or whenever all have heard the last. */
final class BroadcastUser extends User implements Agenda.Entry {
    private final Crowd crowd;
    private final Body body;
    private final boolean sender;
    private final boolean scheduled;
    private final Pace pace;
    private final int atATime;

    private boolean entered;
    private long start;
    private long turn;
    private boolean blocked;
    private final LongQueue waiting = new LongQueue(2);

    // Of a closed loop: what not everybody has heard, and how much that was when it was last looked at.
    private int inFlight;
    private long completed;
    private long completedBefore;

    BroadcastUser(Lane lane, long number) {
        super(lane, number);
        BenchPlan plan = lane.plan();
        crowd = lane.crowd();
        body = plan.body();
        sender = number < plan.senders();
        scheduled = plan.load() instanceof Load.Open;
        pace = new Pace(plan.load() instanceof Load.Open open ? open.perSecond() : 1);
        atATime = plan.load() instanceof Load.Closed closed ? closed.inFlight() : 0;
    }

    @Override
    void begin(LoadSocket opened) {
        entered = true;
        crowd.entered();
        if (!sender) {
            return;
        }
        crowd.sends(this);
        long now = System.nanoTime();
        start = scheduled ? now + pace.offset(number()) : now;
        lane().add(start, this);
    }

    @Override
    void gone(boolean unwanted) {
        if (entered) {
            entered = false;
            crowd.left();
        }
    }

    @Override
    public void due(long time) {
        LoadSocket open = socket();
        if (open == null || !lane().sends(time)) {
            return;
        }
        if (scheduled) {
            turn++;
            lane().add(start + pace.due(turn), this);
            send(open, time);
            return;
        }
        // Of a message that somebody has missed the end is never told: then go on without it.
        if (completed == completedBefore) {
            inFlight = 0;
        }
        completedBefore = completed;
        lane().add(time + lane().plan().timeout().toNanos(), this);
        fill(open);
    }

    private void fill(LoadSocket open) {
        long now = System.nanoTime();
        while (inFlight < atATime && lane().sends(now)) {
            inFlight++;
            send(open, now);
        }
    }

    /** Everybody has got one of its messages. */
    void completed() {
        completed++;
        inFlight = Math.max(0, inFlight - 1);
        LoadSocket open = socket();
        if (!scheduled && open != null) {
            fill(open);
        }
    }

    private void send(LoadSocket open, long time) {
        if (blocked) {
            waiting.add(time);
            return;
        }
        Body.Writer writer = lane().writer();
        long sequence = lane().nextSequence();
        int length = writer.write(sequence, number());
        crowd.publications().published(sequence, time, number(), crowd.present() - 1);
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
        super.message(of, message, now);
        if (lane().plan().matching() instanceof Matching.None) {
            return;
        }
        long number = lane().plan().matching() instanceof Matching.ByNumber byNumber
                ? byNumber.at().number(message.copy()).orElse(-1)
                : Stamped.read(message);
        Publications publications = crowd.publications();
        long time = publications.scheduled(number);
        LaneStats stats = lane().stats();
        if (time == Publications.UNKNOWN) {
            stats.counters().unasked++;
            return;
        }
        stats.answered(time, now);
        if (publications.delivered(number, number())) {
            stats.completed(time, now);
            crowd.completed(publications.sender(number), lane());
        }
    }

    @Override
    public long unanswered() {
        // Counted once for all, by the one with number 0.
        return number() == 0 ? crowd.publications().incomplete() : 0;
    }
}
