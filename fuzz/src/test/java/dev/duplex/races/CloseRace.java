package dev.duplex.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.fuzz.RawPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Row F20: many threads send on one connection while both ends close it. On the wire there must be whole frames, those of
 * each thread in its order, one close frame, and nothing behind it.
 */
final class CloseRace implements AutoCloseable {
    static final int THREADS = 200;
    private static final int MOST_MESSAGES = 10;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1, task -> {
        Thread thread = new Thread(task, "race");
        thread.setDaemon(true);
        return thread;
    });

    /** The end under test. */
    interface End {
        /** Whether it took the message. */
        boolean send(String text);

        void close();
    }

    /** One connection: opened, raced to its end, and looked at. */
    void round(int number, End end, RawPeer peer) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS + 1);
        CountDownLatch peerClosed = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            running.add(threads.submit(() -> {
                start.await();
                // Both close, or one of them: at another message each round.
                if (thread == 0 && number % 3 != 1) {
                    sendUntil(end, thread, number % MOST_MESSAGES);
                    end.close();
                } else if (thread == 1 && number % 3 != 0) {
                    peer.sendClose(1000);
                    peerClosed.countDown();
                } else {
                    sendUntil(end, thread, MOST_MESSAGES);
                }
                return null;
            }));
        }
        start.await();
        List<RawPeer.Frame> frames = readToTheEnd(peer, number % 3 == 0, peerClosed);
        for (Future<?> thread : running) {
            thread.get(30, TimeUnit.SECONDS);
        }
        check(frames);
    }

    /** Once the end knows that it is over. */
    static void takesNoMore(End end) {
        assertThat(end.send("late")).as("a send after the end was taken").isFalse();
    }

    private static void sendUntil(End end, int thread, int most) {
        for (int i = 0; i < most; i++) {
            if (!end.send(message(thread, i))) {
                return;
            }
        }
    }

    /** Of a length that differs, and beyond 125 now and then, so that a frame inside another one would show. */
    private static String message(int thread, int number) {
        return thread + " " + number + " " + "x".repeat((thread * 7 + number * 31) % 300);
    }

    private static List<RawPeer.Frame> readToTheEnd(RawPeer peer, boolean answers, CountDownLatch peerClosed)
            throws Exception {
        List<RawPeer.Frame> frames = new ArrayList<>();
        for (RawPeer.Frame frame = peer.frame(); frame != null; frame = peer.frame()) {
            frames.add(frame);
            if (frame.isClose()) {
                if (answers) {
                    peer.sendClose(1000);
                } else {
                    assertThat(peerClosed.await(30, TimeUnit.SECONDS)).isTrue();
                }
                peer.socket().shutdownOutput();
            }
        }
        return frames;
    }

    private static void check(List<RawPeer.Frame> frames) {
        assertThat(frames).isNotEmpty();
        int last = frames.size() - 1;
        assertThat(frames.get(last).isClose())
                .as("the last frame is a close frame")
                .isTrue();
        int[] next = new int[THREADS];
        for (RawPeer.Frame frame : frames.subList(0, last)) {
            assertThat(frame.firstByte()).as("a whole text message").isEqualTo(0x81);
            String text = frame.text();
            int thread = Integer.parseInt(text.substring(0, text.indexOf(' ')));
            assertThat(text).isEqualTo(message(thread, next[thread]++));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
