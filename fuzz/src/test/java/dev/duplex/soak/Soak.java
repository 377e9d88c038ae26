package dev.duplex.soak;

import dev.duplex.fuzz.Logged;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Loads servers and clients, looks at what the process holds when all peers are gone, loads them again for as long as
 * wanted, and compares. {@code scripts/soak} starts it under the memory it is to hold with.
 */
public final class Soak {
    private static final Duration WARM_UP = Duration.ofMinutes(2);
    private static final Duration DRAIN = Duration.ofSeconds(90);
    private static final String POOL = "duplex-blocking-";

    /** The 2 % of the hostile table, and what the JVM itself needs for classes and counters that came late. */
    private static final double FLAT = 1.02;

    private static final long HEAP_ROOM = 512 * 1024;
    private static final long RESIDENT_ROOM = 8 * 1024 * 1024;

    private final Servers servers;
    private final Settings settings;
    private final Inside inside;
    private final List<String> failures = new ArrayList<>();

    Soak(Servers servers, Settings settings) {
        this.servers = servers;
        this.settings = settings;
        this.inside = new Inside(servers.all());
    }

    public static void main(String[] args) throws Exception {
        try (Servers servers = new Servers(Settings.LONG)) {
            Soak soak = new Soak(servers, Settings.LONG);
            switch (args[0]) {
                case "load" -> soak.compare(WARM_UP, Duration.ofMinutes(Integer.parseInt(args[1])));
                case "resets" -> soak.resets(Integer.parseInt(args[1]));
                default -> throw new IllegalArgumentException("expected load or resets but got " + args[0]);
            }
            Logged.assertNoErrors();
            soak.failures.forEach(System.out::println);
            System.exit(soak.failures.isEmpty() ? 0 : 1);
        }
    }

    List<String> failures() {
        return failures;
    }

    /** Mixed load with faults; everything has to be back after it. */
    void compare(Duration warmUp, Duration duration) throws Exception {
        run(warmUp);
        Usage before = rested();
        row(Usage.header());
        row(before.row("before"));
        run(duration);
        Usage after = rested();
        row(after.row("after"));
        flat(before, after);
    }

    /** F21 and C07: so many resets at each point of the protocol. */
    private void resets(int each) throws Exception {
        run(WARM_UP);
        Usage before = rested();
        row(Usage.header());
        row(before.row("before"));
        for (Fault fault : Fault.values()) {
            if (fault.quick) {
                int port = fault == Fault.RESET_IN_TLS_HELLO ? servers.secure.port() : servers.plain.port();
                for (int i = 0; i < each; i++) {
                    commit(fault, port);
                }
                Usage after = rested();
                row(after.row(fault.toString()));
                flat(before, after);
            }
        }
    }

    /** The system may be out of ports for a moment, as those of connections that ended in order are held for a minute. */
    private static void commit(Fault fault, int port) throws InterruptedException {
        while (true) {
            try {
                fault.commit(port);
                return;
            } catch (IOException e) {
                Thread.sleep(10);
            }
        }
    }

    void run(Duration duration) throws Exception {
        Load load = new Load(servers, settings);
        try (load) {
            load.start();
            Thread.sleep(duration.toMillis());
        }
        Map<String, Long> counts = new TreeMap<>();
        load.counts().forEach((what, count) -> counts.put(what, count.sum()));
        System.out.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + counts);
        if (load.failures() > 0) {
            failures.add(load.failures() + " failures; the first: " + load.failure());
        }
    }

    /** What is held once nobody is there any more. */
    Usage drained() throws Exception {
        await(() -> servers.left() == 0 && servers.opened.get() == servers.closed.get() && inside.timers() == 0);
        if (servers.left() > 0) {
            failures.add(servers.left() + " sessions and topics are left");
        }
        if (servers.opened.get() != servers.closed.get()) {
            failures.add(servers.opened + " sessions were opened and " + servers.closed + " closed");
        }
        inside.owners().forEach((owner, count) -> failures.add(count + " timers are left of " + owner));
        return Usage.now(inside);
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long end = System.nanoTime() + DRAIN.toNanos();
        while (!condition.holds() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
    }

    /**
     * What is held once the pool for blocking handlers has let its threads go too, 30 s after they had nothing to do any
     * more: how many there are before is chance, and so is how many they were in the end.
     */
    private Usage rested() throws Exception {
        drained();
        await(() -> Usage.threadsOf(POOL) == 0);
        return Usage.now(inside);
    }

    private void flat(Usage before, Usage after) {
        atMost("heap", after.heap(), (long) (before.heap() * FLAT) + HEAP_ROOM);
        atMost("bytes of pooled buffers in use", after.pinned(), before.pinned());
        atMost("resident memory", after.resident(), (long) (before.resident() * FLAT) + RESIDENT_ROOM);
        atMost("descriptors", after.descriptors(), before.descriptors());
        atMost("threads", after.threads(), before.threads() + 2);
        atMost("timers", after.timers(), 0);
        atMost("compressors of connections", after.zlibStreams(), before.zlibStreams());
    }

    private void atMost(String what, long is, long most) {
        if (is > most) {
            failures.add(what + ": expected at most " + most + " but there is " + is);
        }
    }

    private static void row(List<String> cells) {
        StringBuilder line = new StringBuilder(String.format("%-40s", cells.get(0)));
        cells.subList(1, cells.size()).forEach(cell -> line.append(String.format("%13s", cell)));
        System.out.println(line);
    }
}
