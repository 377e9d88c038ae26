package dev.duplex.soak;

import dev.duplex.client.CloseEvent;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.deflate.DeflateOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Threads that use the servers, well and badly, until they are stopped. Honest clients have to be served whatever the
 * others do; what they miss is a failure.
 */
final class Load implements AutoCloseable {
    private static final int MESSAGES = 20;
    private static final int WAIT_SECONDS = 60;

    private final Servers servers;
    private final Settings settings;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    private interface Round {
        void run() throws Exception;
    }

    Load(Servers servers, Settings settings) {
        this.servers = servers;
        this.settings = settings;
    }

    void start() {
        for (int i = 0; i < settings.threadsOfAKind(); i++) {
            honest("echo", () -> echo(false, "/echo", DeflateOptions.DISABLED));
            honest("echo, compressed", () -> echo(false, "/shared", DeflateOptions.SHARED.withThreshold(16)));
            honest(
                    "echo, TLS, own windows",
                    () -> echo(true, "/dedicated", DeflateOptions.DEDICATED.withThreshold(16)));
            honest("echo, TLS, blocking handler", () -> echo(true, "/blocking", DeflateOptions.DISABLED));
            honest("news", this::readNews);
        }
        thread("publishing", this::publish);
        thread("faults", () -> anyFault(true));
        for (Fault fault : Fault.values()) {
            if (!fault.quick) {
                thread(fault.toString(), () -> commit(fault));
            }
        }
        thread("faulty servers", this::meetAFaultyServer);
    }

    private void honest(String name, Round round) {
        thread(name, () -> {
            try {
                round.run();
                count(name);
            } catch (Exception e) {
                failures.add(name + ": " + e);
                pause(1000);
            }
        });
    }

    private void thread(String name, Round round) {
        Thread thread = new Thread(
                () -> {
                    while (!stopped) {
                        try {
                            round.run();
                        } catch (InterruptedException e) {
                            return;
                        } catch (Exception e) {
                            failures.add(name + ": " + e);
                            return;
                        }
                    }
                },
                "soak " + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void count(String what) {
        counts.computeIfAbsent(what, name -> new LongAdder()).increment();
    }

    private static void pause(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    // ---------------------------------------------------------------------------------------------------- honest
    // clients

    /** A client of ours, whose events wait to be taken. */
    private static final class Client {
        private static final Object OPEN = "open";

        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Client(String url, WebSocketOptions options) {
            socket = new WebSocket(url, options, created -> {
                created.onopen(event -> events.add(OPEN));
                created.onmessage((MessageEvent event) -> events.add(event.text()));
                created.onclose(events::add);
            });
        }

        @Nullable
        Object poll(int seconds) throws InterruptedException {
            return events.poll(seconds, TimeUnit.SECONDS);
        }

        Object next() throws InterruptedException, IOException {
            Object event = poll(WAIT_SECONDS);
            if (event == null) {
                throw new IOException("nothing came for " + WAIT_SECONDS + " s");
            }
            return event;
        }

        void expect(Object expected) throws InterruptedException, IOException {
            Object event = next();
            if (!event.equals(expected)) {
                throw new IOException("expected " + shown(expected) + " but got " + shown(event));
            }
        }

        private static String shown(Object event) {
            String text = event.toString();
            return text.length() < 200 ? text : text.substring(0, 200) + "...";
        }

        void close() throws InterruptedException, IOException {
            socket.close(1000, "");
            while (!(next() instanceof CloseEvent)) {
                // what came before
            }
        }
    }

    private WebSocketOptions.Builder options(DeflateOptions compression) {
        return WebSocketOptions.builder()
                .insecurelyTrustAnyCertificate()
                .compression(compression)
                .limits(WebSocketOptions.DEFAULT_LIMITS.withCloseTimeout(settings.close()));
    }

    private String url(boolean secure, String path) {
        return secure
                ? "wss://localhost:" + servers.secure.port() + path
                : "ws://127.0.0.1:" + servers.plain.port() + path;
    }

    private void echo(boolean secure, String path, DeflateOptions compression) throws Exception {
        Client client = new Client(url(secure, path), options(compression).build());
        client.expect(Client.OPEN);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < MESSAGES && !stopped; i++) {
            String text = ("message " + i + ", ").repeat(1 + random.nextInt(i % 10 == 0 ? 2000 : 20));
            client.socket.send(text);
            client.expect(text);
        }
        client.close();
    }

    private void readNews() throws Exception {
        Client client = new Client(
                url(false, "/news"), options(DeflateOptions.DEDICATED).build());
        client.expect(Client.OPEN);
        for (int i = 0; i < MESSAGES; i++) {
            Object news = client.poll(1);
            if (news == null && stopped) {
                break; // so has whoever publishes
            }
            if (news != null && (!(news instanceof String text) || !text.startsWith("news "))) {
                throw new IOException("expected news but got " + Client.shown(news));
            }
        }
        client.close();
    }

    private void publish() throws InterruptedException {
        String text =
                "news " + "of all sorts ".repeat(ThreadLocalRandom.current().nextInt(300));
        servers.all().forEach(server -> server.publish(Servers.NEWS, text));
        count("publications");
        pause(5);
    }

    // ------------------------------------------------------------------------------------------------------------
    // faults

    private void anyFault(boolean quick) throws InterruptedException {
        Fault[] faults = Fault.values();
        Fault fault = faults[ThreadLocalRandom.current().nextInt(faults.length)];
        if (fault.quick == quick) {
            commit(fault);
        }
    }

    /** Whatever an ill-behaved peer gets to see itself is all right. */
    private void commit(Fault fault) throws InterruptedException {
        try {
            fault.commit(servers.plain.port());
            if (fault.quick && fault != Fault.RESET_IN_TLS_HELLO) {
                count("resets");
            } else {
                count(fault.toString());
            }
            if (fault == Fault.RESET_IN_TLS_HELLO) {
                fault.commit(servers.secure.port());
            }
        } catch (IOException e) {
            count("faults cut short");
            pause(50);
        }
    }

    private void meetAFaultyServer() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (ServerFault fault : ServerFault.values()) {
                CountDownLatch closed = new CountDownLatch(1);
                WebSocket socket = new WebSocket(
                        "ws://127.0.0.1:" + listener.getLocalPort() + "/",
                        options(DeflateOptions.DEDICATED).build(),
                        created -> created.onclose(event -> closed.countDown()));
                try (Socket accepted = listener.accept()) {
                    fault.commit(accepted);
                } catch (IOException e) {
                    count("faults cut short");
                }
                if (!closed.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("the client of a server that " + fault + " is still " + socket.readyState());
                }
                count("faulty servers");
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------------
    // result

    Map<String, LongAdder> counts() {
        return counts;
    }

    @Nullable
    String failure() {
        return failures.peek();
    }

    int failures() {
        return failures.size();
    }

    /** Returns when all threads have ended; those that wait for the server do when it has given up on them. */
    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            if (thread.isAlive()) {
                failures.add(thread.getName() + " has not ended");
            }
        }
    }
}
