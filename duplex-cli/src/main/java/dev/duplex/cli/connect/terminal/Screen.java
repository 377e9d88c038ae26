package dev.duplex.cli.connect.terminal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The part of the terminal above the line that is being typed. Lines are printed in the order in which they were given,
 * by a thread of its own and many at a time: redrawing the line below is what takes long. Who gives more than can be
 * printed waits, and with it the peer that sends so much. Any thread.
 */
final class Screen implements AutoCloseable {
    private static final int MAX_WAITING = 256;
    private static final long LOOK_MILLIS = 100;
    private static final Duration FLUSH = Duration.ofSeconds(5);

    /** Lines, and who waits for them to be printed. */
    private record Item(
            List<AttributedString> lines, @Nullable CountDownLatch printed) {}

    private final LineReader reader;
    private final BlockingQueue<Item> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread printer = new Thread(this::print, "duplex-screen");
    private volatile boolean closed;

    Screen(LineReader reader) {
        this.reader = reader;
        printer.setDaemon(true);
        printer.start();
    }

    void print(List<AttributedString> lines) {
        put(new Item(lines, null));
    }

    /** Waits until all is printed that was given before. */
    void flush() {
        CountDownLatch printed = new CountDownLatch(1);
        put(new Item(List.of(), printed));
        try {
            if (!printed.await(FLUSH.toMillis(), TimeUnit.MILLISECONDS)) {
                return; // the terminal takes nothing
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(Item item) {
        try {
            while (!closed && !waiting.offer(item, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                continue; // the terminal is slow
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void print() {
        List<Item> items = new ArrayList<>();
        try {
            while (true) {
                items.add(waiting.take());
                waiting.drainTo(items);
                printAll(items);
                items.clear();
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private void printAll(List<Item> items) {
        AttributedStringBuilder text = new AttributedStringBuilder();
        for (Item item : items) {
            for (AttributedString line : item.lines()) {
                text.append(text.length() == 0 ? "" : "\n").append(line);
            }
        }
        if (text.length() > 0) {
            reader.printAbove(text.toAttributedString());
        }
        for (Item item : items) {
            if (item.printed() != null) {
                item.printed().countDown();
            }
        }
    }

    int columns() {
        int columns = reader.getTerminal().getSize().getColumns();
        return columns > 0 ? columns : 80;
    }

    int rows() {
        int rows = reader.getTerminal().getSize().getRows();
        return rows > 0 ? rows : 24;
    }

    @Override
    public void close() {
        flush();
        closed = true;
        printer.interrupt();
    }
}
