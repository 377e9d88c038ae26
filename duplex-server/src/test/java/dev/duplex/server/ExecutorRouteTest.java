package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Routes whose handlers run elsewhere than on the event loop. */
class ExecutorRouteTest {
    private static WebSocketServer.Builder serve(String path, Route route) {
        return WebSocketServer.builder().port(0).eventLoops(1).webSocket(path, route);
    }

    @Test
    void keepsTheOrderOfAThousandMessagesAndTellsOfTheEndLast() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                assertThat(inside.incrementAndGet()).as("calls at a time").isEqualTo(1);
                super.onMessage(session, message);
                inside.decrementAndGet();
            }
        };
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (WebSocketServer server =
                        serve("/", Route.to(journal).executor(pool)).start();
                RawClient client = RawClient.open(server, "/")) {
            for (int i = 0; i < 1000; i++) {
                client.text("message " + i);
            }
            client.close(1000);
            for (int i = 0; i < 1000; i++) {
                assertThat(journal.next()).isEqualTo("message " + i);
            }
            assertThat(journal.closed().code()).isEqualTo(1000);
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aHandlerThatBlocksDoesNotHoldTheLoop() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                release.await();
                add(Thread.currentThread().isDaemon() ? message.text() : "not a daemon");
            }
        };
        try (WebSocketServer server = serve("/blocks", Route.to(journal).blocking())
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .start();
                RawClient blocked = RawClient.open(server, "/blocks");
                RawClient other = RawClient.open(server, "/echo")) {
            blocked.text("first");
            assertThat(other.text("hello").text()).isEqualTo("hello");
            assertThat(journal.isEmpty()).isTrue();
            release.countDown();
            assertThat(journal.next()).isEqualTo("first");
        }
    }

    @Test
    void runsBlockingHandlersOnVirtualThreadsWhereThereAreSome() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                Thread thread = Thread.currentThread();
                add(
                        Runtime.version().feature() >= 21
                                ? Thread.class.getMethod("isVirtual").invoke(thread)
                                : thread.getName().startsWith("duplex-blocking-"));
            }
        };
        try (WebSocketServer server = serve("/", Route.to(journal).blocking()).start();
                RawClient client = RawClient.open(server, "/")) {
            assertThat(journal.next()).isEqualTo(true);
            client.close(1000);
            assertThat(journal.closed().wasClean()).isTrue();
        }
    }

    @Test
    void readsNoMoreThanTheBacklogWhileTheHandlerBlocks() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger handed = new AtomicInteger();
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                release.await();
                handed.incrementAndGet();
                if (message.size() == 1) {
                    add("last");
                }
            }
        };
        AtomicInteger received = new AtomicInteger();
        ServerMetrics metrics = new ServerMetrics() {
            @Override
            public void messageReceived(boolean text, long bytes) {
                received.incrementAndGet();
            }
        };
        try (WebSocketServer server = serve("/", Route.to(journal).blocking())
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .metrics(metrics)
                        .start();
                RawClient client = RawClient.open(server, "/");
                RawClient echo = RawClient.open(server, "/echo")) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 40; i++) {
                        client.binary(new byte[900_000]);
                    }
                    client.binary(new byte[1]);
                } catch (java.io.IOException e) {
                    journal.add(e);
                }
            });
            sender.start();
            for (int i = 0; i < 200; i++) {
                echo.text("turn").text();
            }
            // Forty would be 36 MB; two or three are what a backlog of 1 MiB lets in.
            assertThat(received.get() - 200).isLessThanOrEqualTo(4);
            release.countDown();
            assertThat(journal.next()).isEqualTo("last");
            assertThat(handed).hasValue(41);
            sender.join();
        }
    }

    @Test
    void keepsAPauseOfTheApplicationWhenTheBacklogIsWorkedOff() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                if (message.text().equals("0")) {
                    session.pause();
                }
                super.onMessage(session, message);
            }
        };
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (WebSocketServer server = serve("/", Route.to(journal).executor(pool))
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .start();
                RawClient client = RawClient.open(server, "/");
                RawClient echo = RawClient.open(server, "/echo")) {
            Session session = journal.session();
            for (int i = 0; i < 2000; i++) {
                client.text(Integer.toString(i));
            }
            assertThat(journal.next()).isEqualTo("0");
            int delivered = 1;
            for (int i = 0; i < 100; i++) {
                echo.text("turn").text();
            }
            pool.submit(() -> journal.add("worked off")).get(10, TimeUnit.SECONDS);
            for (Object next = journal.next(); !next.equals("worked off"); next = journal.next()) {
                assertThat(next).isEqualTo(Integer.toString(delivered++));
            }
            assertThat(delivered).as("delivered before the pause took effect").isLessThan(2000);
            session.resume();
            while (delivered < 2000) {
                assertThat(journal.next()).isEqualTo(Integer.toString(delivered++));
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void showsNothingMoreAfterTheHandlerHasClosed() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                super.onMessage(session, message);
                if (message.text().equals("close")) {
                    session.close(4000, "");
                } else if (message.text().equals("throw")) {
                    throw new IllegalStateException("broken");
                }
            }
        };
        try (WebSocketServer server = serve("/", Route.to(journal).blocking()).start()) {
            try (RawClient client = RawClient.open(server, "/")) {
                client.text("close").text("more").close(1000);
                assertThat(journal.next()).isEqualTo("close");
                journal.closed();
            }
            try (RawClient client = RawClient.open(server, "/")) {
                client.text("throw").text("more").close(1000);
                assertThat(journal.next()).isEqualTo("throw");
                assertThat(journal.next()).isInstanceOf(IllegalStateException.class);
                journal.closed();
            }
        }
    }

    @Test
    void endsTheSessionWhenTheExecutorRefuses() throws Exception {
        Journal journal = new Journal();
        AtomicInteger accepted = new AtomicInteger();
        Executor refusing = task -> {
            if (accepted.incrementAndGet() > 1) {
                throw new RejectedExecutionException("shut down");
            }
            task.run();
        };
        try (WebSocketServer server =
                        serve("/", Route.to(journal).executor(refusing)).start();
                RawClient client = RawClient.open(server, "/")) {
            journal.session();
            client.text("one");
            assertThat(client.frame().closeCode()).isEqualTo(1011);
            client.close(1011);
            // The end is told all the same; the message may be, before it.
            Object next = journal.next();
            if (next.equals("one")) {
                next = journal.next();
            }
            assertThat(next).isInstanceOf(dev.duplex.transport.CloseEvent.class);
        }
    }
}
