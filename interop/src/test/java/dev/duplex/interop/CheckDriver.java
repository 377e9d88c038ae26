package dev.duplex.interop;

import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Drives our client through the cases of {@code duplex check --listen}, as drivers for the Autobahn test suite do. */
final class CheckDriver {
    private static final int AT_A_TIME = 8;
    private static final long PATIENCE_SECONDS = 60;

    private final String base;
    private final String agent;
    private final WebSocketOptions options;

    CheckDriver(InetSocketAddress server, String agent, WebSocketOptions options) {
        this.base = "ws://127.0.0.1:" + server.getPort();
        this.agent = agent;
        this.options = options;
    }

    /** The report of each case; what did not pass beside others is run once more alone. */
    void run() throws Exception {
        int cases = Integer.parseInt(firstMessage("/getCaseCount"));
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int number = 1; number <= cases; number++) {
                String path = runCase(number);
                running.add(threads.submit(() -> echoUntilClosed(path)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        firstMessage("/updateReports?agent=" + agent);
        for (int number = 1; number <= cases; number++) {
            if (!firstMessage("/getCaseStatus?case=" + number + "&agent=" + agent)
                    .contains("\"OK\"")) {
                echoUntilClosed(runCase(number));
            }
        }
        firstMessage("/updateReports?agent=" + agent);
    }

    private String runCase(int number) {
        return "/runCase?case=" + number + "&agent=" + agent;
    }

    String firstMessage(String path) throws Exception {
        WebSocket socket = new WebSocket(base + path, options);
        AtomicReference<String> first = new AtomicReference<>("");
        socket.onmessage(event -> first.compareAndSet("", event.text()));
        awaitClose(socket);
        return first.get();
    }

    private Void echoUntilClosed(String path) throws Exception {
        WebSocket socket = new WebSocket(base + path, options);
        socket.onmessage(event -> {
            if (event.isText()) {
                socket.send(event.text());
            } else {
                socket.send(event.bytes());
            }
        });
        awaitClose(socket);
        return null;
    }

    private static void awaitClose(WebSocket socket) throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        socket.onclose(event -> closed.complete(null));
        closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
