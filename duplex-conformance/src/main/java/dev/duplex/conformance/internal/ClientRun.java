package dev.duplex.conformance.internal;

import dev.duplex.conformance.CaseInfo;
import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Report;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.cases.AllCases;
import dev.duplex.conformance.wire.Frame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All cases against whatever clients come, as their drivers ask for them. */
public final class ClientRun implements AutoCloseable {
    private static final int CONNECTIONS = 256;
    private static final int MOST_AGENTS = 1000;
    private static final String UNNAMED = "unnamed client";
    private static final Handshake.Target NO_TARGET = new Handshake.Target("", "", List.of());

    private static final ThreadFactory DAEMONS = task -> {
        Thread thread = new Thread(task, "duplex-check");
        thread.setDaemon(true);
        return thread;
    };

    private final Semaphore connections = new Semaphore(CONNECTIONS);
    private final Map<String, Agent> agents = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(DAEMONS);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, DAEMONS);
    private final Object listeners = new Object();

    private @Nullable ServerSocket server;
    private List<Case> cases = List.of();
    private Settings settings = Settings.of(Duration.ofSeconds(5));
    private Consumer<CaseResult> onResult = result -> {};
    private Consumer<Report> onReport = report -> {};

    /** One client, by the name its driver gives it. */
    private static final class Agent {
        private final String name;
        private final Instant started = Instant.now();
        private final Map<Integer, CaseResult> results = new TreeMap<>();
        private final List<Integer> running = new ArrayList<>();

        Agent(String name) {
            this.name = name;
        }

        synchronized void begin(int number) {
            running.add(number);
        }

        synchronized void end(int number, CaseResult result) {
            results.put(number, result);
            running.remove((Integer) number);
            notifyAll();
        }

        /** A client can be ready for its report before the last case is. */
        void awaitAll(Duration most) throws InterruptedException {
            await(running::isEmpty, most);
        }

        /** And for the verdict of a case, whose connection ends a moment before. */
        void await(int number, Duration most) throws InterruptedException {
            await(() -> !running.contains(number), most);
        }

        private synchronized void await(BooleanSupplier over, Duration most) throws InterruptedException {
            long until = System.nanoTime() + most.toNanos();
            long left = most.toMillis();
            while (!over.getAsBoolean() && left > 0) {
                wait(left);
                left = (until - System.nanoTime()) / 1_000_000;
            }
        }

        synchronized Optional<CaseResult> result(int number) {
            return Optional.ofNullable(results.get(number));
        }

        synchronized Report report() {
            long millis = Duration.between(started, Instant.now()).toMillis();
            return new Report(name, PeerRole.CLIENT, started, millis, List.copyOf(results.values()));
        }
    }

    /** Listens from now on. */
    public InetSocketAddress listen(
            InetSocketAddress address,
            Duration deadline,
            Predicate<CaseInfo> which,
            Consumer<CaseResult> result,
            Consumer<Report> report)
            throws IOException {
        if (server != null) {
            throw new IllegalStateException("listens already");
        }
        settings = Settings.of(deadline);
        onResult = result;
        onReport = report;
        cases = AllCases.LIST.stream()
                .filter(each -> each.info().roles().contains(PeerRole.CLIENT) && which.test(each.info()))
                .toList();
        timer.setRemoveOnCancelPolicy(true);
        ServerSocket socket = new ServerSocket();
        server = socket;
        try {
            socket.bind(address, CONNECTIONS);
        } catch (IOException e) {
            close();
            throw e;
        }
        threads.execute(() -> acceptAll(socket));
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void acceptAll(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                connections.acquire();
                Socket accepted = socket.accept();
                threads.execute(() -> {
                    try {
                        serve(accepted);
                    } finally {
                        connections.release();
                    }
                });
            } catch (IOException | RejectedExecutionException e) {
                connections.release(); // closed, or a connection that was gone before it was accepted
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void serve(Socket socket) {
        WireLog log = new WireLog();
        Opinion opinion = new Opinion();
        try (Peer peer = new Peer(PeerRole.CLIENT, new Wire(socket, timer), settings, log, opinion, NO_TARGET, 0)) {
            peer.readRequest();
            Query query = Query.of(peer.request().start());
            switch (query.path()) {
                case "/getCaseCount" -> tell(peer, String.valueOf(cases.size()));
                case "/runCase" -> runCase(peer, query, log, opinion);
                case "/getCaseInfo" -> tell(peer, caseInfo(query));
                case "/getCaseStatus" -> tell(peer, caseStatus(query));
                case "/updateReports" -> {
                    Agent agent = agent(query);
                    agent.awaitAll(settings.deadline());
                    synchronized (listeners) {
                        onReport.accept(agent.report());
                    }
                    tell(peer, "");
                }
                default -> peer.sendHttp(notFound());
            }
        } catch (CaseOver | IOException e) {
            // Not a case: whoever that was has left again.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String notFound() {
        String body =
                "Here is duplex check --listen. A driver connects to /getCaseCount, /runCase?case=N&agent=NAME and"
                        + " /updateReports?agent=NAME.\n";
        return "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** Opens the connection, sends a text unless it is empty, and closes. */
    private static void tell(Peer peer, String text) {
        peer.sendHttp(Handshake.response(peer.request(), Optional.empty()).text());
        peer.opened(Optional.empty(), 0);
        if (!text.isEmpty()) {
            peer.send(Frame.text(text));
        }
        peer.leave();
    }

    private void runCase(Peer peer, Query query, WireLog log, Opinion opinion) {
        Optional<Case> asked = find(query);
        if (asked.isEmpty()) {
            tell(peer, "there is no such case: they are numbered 1 to " + cases.size());
            return;
        }
        Agent agent = agent(query);
        agent.begin(query.number("case"));
        CaseResult result = new CaseRun(asked.get(), log, opinion).on(peer);
        agent.end(query.number("case"), result);
        synchronized (listeners) {
            onResult.accept(result);
        }
    }

    private Optional<Case> find(Query query) {
        int number = query.number("case");
        return number >= 1 && number <= cases.size() ? Optional.of(cases.get(number - 1)) : Optional.empty();
    }

    private Agent agent(Query query) {
        String name = query.value("agent").orElse(UNNAMED);
        // Names come from outside; no more of them are kept than any comparison has.
        return agents.size() < MOST_AGENTS || agents.containsKey(name)
                ? agents.computeIfAbsent(name, Agent::new)
                : agents.computeIfAbsent(UNNAMED, Agent::new);
    }

    private String caseInfo(Query query) {
        return find(query)
                .map(each -> "{\"id\": " + json(each.info().id()) + ", \"description\": "
                        + json(each.info().sentence()) + "}")
                .orElse("{}");
    }

    private String caseStatus(Query query) throws InterruptedException {
        Agent agent = agent(query);
        agent.await(query.number("case"), settings.deadline());
        String behavior = agent.result(query.number("case"))
                .map(result -> autobahn(result.verdict()))
                .orElse("UNKNOWN");
        return "{\"behavior\": " + json(behavior) + "}";
    }

    private static String autobahn(Verdict verdict) {
        return switch (verdict) {
            case PASS -> "OK";
            case NON_STRICT -> "NON-STRICT";
            case INFORMATIONAL -> "INFORMATIONAL";
            case UNIMPLEMENTED -> "UNIMPLEMENTED";
            case FAIL -> "FAILED";
        };
    }

    private static String json(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    @Override
    public void close() {
        try {
            if (server != null) {
                server.close();
            }
        } catch (IOException e) {
            // It listens no more, which is what was asked for.
        }
        try {
            // Who has asked for the report, which may be why this ends, is still to be told that it is done.
            threads.shutdown();
            threads.awaitTermination(settings.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
        timer.shutdownNow();
    }

    /** The target of a request, taken apart. */
    private record Query(String path, Map<String, String> values) {
        static Query of(String requestLine) {
            String[] parts = requestLine.split(" ");
            String target = parts.length > 1 ? parts[1] : "/";
            int mark = target.indexOf('?');
            Map<String, String> values = new TreeMap<>();
            for (String pair :
                    mark < 0 ? new String[0] : target.substring(mark + 1).split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    values.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
                }
            }
            return new Query(mark < 0 ? target : target.substring(0, mark), values);
        }

        private static String decoded(String value) {
            try {
                return URLDecoder.decode(value, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return value;
            }
        }

        Optional<String> value(String name) {
            return Optional.ofNullable(values.get(name));
        }

        /** A number, 0 if there is none. */
        int number(String name) {
            return value(name)
                    .filter(digits -> digits.matches("[0-9]{1,9}"))
                    .map(Integer::valueOf)
                    .orElse(0);
        }
    }
}
