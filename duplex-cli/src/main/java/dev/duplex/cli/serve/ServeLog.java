package dev.duplex.cli.serve;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lines for whoever runs the server. A thread of its own writes them, so that a log that is not read holds nobody up; what
 * does not find room meanwhile is counted and lost.
 */
public class ServeLog implements AutoCloseable {
    private static final int ROOM = 4096;

    private final PrintWriter out;
    private final Clock clock;
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(ROOM);
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer = new Thread(this::write, "duplex-log");

    public ServeLog(PrintWriter out, Clock clock) {
        this.out = out;
        this.clock = clock;
        writer.setDaemon(true);
        writer.start();
    }

    /** Any thread; does not block. */
    public void line(String text) {
        String time = DateTimeFormatter.ISO_INSTANT.format(clock.instant().truncatedTo(ChronoUnit.MILLIS));
        offer(time + " " + text);
    }

    /** What the program of this client has written on stderr; any thread. */
    public void errors(Visitor visitor, String line) {
        line(visitor.connection() + " stderr: " + line);
    }

    /** The whole line, as it is to be written. */
    protected final void offer(String line) {
        if (!lines.offer(Optional.of(line))) {
            lost.incrementAndGet();
        }
    }

    private void write() {
        try {
            for (Optional<String> line = lines.take(); line.isPresent(); line = lines.take()) {
                out.println(line.get());
                if (lines.isEmpty()) {
                    long many = lost.getAndSet(0);
                    if (many > 0) {
                        out.println("(" + many + " lines are missing here: the log was not read fast enough)");
                    }
                    out.flush();
                }
            }
            out.flush();
        } catch (InterruptedException e) {
            out.flush();
        }
    }

    /** Returns when everything is written, or after a second. */
    @Override
    public void close() {
        try {
            if (lines.offer(Optional.empty(), 1, TimeUnit.SECONDS)) {
                writer.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
