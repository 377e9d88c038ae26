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
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** All cases against one server. */
public final class ServerRun {
    private static final Case PROBE = new CaseList()
            .rule("probe.opening", "The opening handshake is accepted.", "RFC 6455 §4.2")
            .build();
    private static final Case DEFLATE_PROBE = new CaseList()
            .rule("probe.deflate", "permessage-deflate is agreed on.", "RFC 7692 §7")
            .deflate(DeflateTerms.DEFAULT)
            .build();

    /** How long cases are run once more, alone; where so many hang, it is not the machine that is busy. */
    private static final Duration REPEATING = Duration.ofMinutes(1);

    /** Cases with much data at a time: memory is not what is checked. */
    private static final int HEAVY_AT_A_TIME = 2;

    private static final ThreadFactory DAEMONS = task -> {
        Thread thread = new Thread(task, "duplex-check");
        thread.setDaemon(true);
        return thread;
    };

    private final URI uri;
    private final int connections;
    private final Settings settings;
    private final @Nullable SSLContext tls;
    private final Predicate<CaseInfo> which;
    private final Consumer<CaseResult> onResult;
    private final @Nullable String name;
    private final Handshake.Target target;
    private final AtomicBoolean gone = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, DAEMONS);

    /** What came of a case, and whether it might be better alone. */
    private record Outcome(Case of, CaseResult result, boolean doubtful) {}

    /** What the server turned out to be. */
    private record Nature(String server, boolean echoes, boolean deflates, int greetings) {}

    public ServerRun(
            URI uri,
            int connections,
            Duration deadline,
            @Nullable SSLContext tls,
            List<String> fields,
            Predicate<CaseInfo> which,
            Consumer<CaseResult> onResult,
            @Nullable String name) {
        this.uri = uri;
        this.connections = connections;
        this.settings = Settings.of(deadline);
        this.tls = tls;
        this.which = which;
        this.onResult = onResult;
        this.name = name;
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String port = uri.getPort() < 0 || uri.getPort() == defaultPort() ? "" : ":" + uri.getPort();
        this.target = new Handshake.Target(uri.getHost() + port, path + query, fields);
        timer.setRemoveOnCancelPolicy(true);
    }

    public Report run() throws IOException, InterruptedException {
        Instant started = Instant.now();
        ExecutorService threads = Executors.newFixedThreadPool(connections, DAEMONS);
        ExecutorService heavy = Executors.newFixedThreadPool(Math.min(connections, HEAVY_AT_A_TIME), DAEMONS);
        try {
            Nature nature = probe();
            List<Future<Outcome>> running = new ArrayList<>();
            for (Case each : AllCases.LIST) {
                if (each.info().roles().contains(PeerRole.SERVER) && which.test(each.info())) {
                    running.add((each.heavy() ? heavy : threads).submit(() -> check(each, nature)));
                }
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> future : running) {
                outcomes.add(future.get());
            }
            List<CaseResult> results = new ArrayList<>();
            long until = System.nanoTime() + REPEATING.toNanos();
            for (Outcome outcome : outcomes) {
                boolean again = outcome.doubtful() && System.nanoTime() < until;
                results.add(again ? run(outcome.of(), nature).result() : outcome.result());
                if (outcome.doubtful()) {
                    tell(results.get(results.size() - 1));
                }
            }
            String peer = name != null ? name : nature.server().isEmpty() ? uri.toString() : nature.server();
            return new Report(
                    peer,
                    PeerRole.SERVER,
                    started,
                    Duration.between(started, Instant.now()).toMillis(),
                    results);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a case of the checker itself failed", e.getCause());
        } finally {
            threads.shutdownNow();
            heavy.shutdownNow();
            timer.shutdownNow();
        }
    }

    private Outcome check(Case each, Nature nature) {
        Outcome outcome = run(each, nature);
        if (!outcome.doubtful()) {
            tell(outcome.result());
        }
        return outcome;
    }

    private void tell(CaseResult result) {
        synchronized (onResult) {
            onResult.accept(result);
        }
    }

    private Outcome run(Case each, Nature nature) {
        CaseRun run = new CaseRun(each);
        CaseResult result = result(each, run, nature);
        return new Outcome(each, result, run.isDoubtful());
    }

    private CaseResult result(Case each, CaseRun run, Nature nature) {
        if (each.needsEcho() && !nature.echoes()) {
            return run.without(Verdict.UNIMPLEMENTED, "the server does not send messages back, which the case needs");
        }
        if (each.deflate().isPresent() && !nature.deflates()) {
            return run.without(Verdict.UNIMPLEMENTED, "the server does not agree on permessage-deflate");
        }
        try (Peer peer = connect(run.log(), run.opinion(), nature.greetings())) {
            return run.on(peer);
        } catch (IOException e) {
            // It did accept them before: one of the cases that ran last has brought it down.
            return gone.compareAndSet(false, true)
                    ? run.without(
                            Verdict.FAIL,
                            "the server accepts no connection any more, which a case that ran just before has done: "
                                    + e.getMessage())
                    : run.without(Verdict.UNIMPLEMENTED, "not run: the server accepts no connection any more");
        }
    }

    /** Finds out whether the server is there, sends messages back, and what it sends unasked. */
    private Nature probe() throws IOException {
        boolean deflates = agreesOnDeflate();
        Opinion opinion = new Opinion();
        WireLog log = new WireLog();
        try (Peer peer = connect(log, opinion, 0)) {
            HandshakeSteps.open(peer, PROBE, 0);
            String unlike = "duplex check " + Long.toHexString(System.nanoTime());
            peer.send(Frame.text(unlike));
            int others = 0;
            while (others < 10) {
                Arrival arrival = peer.next(settings.deadline());
                if (arrival instanceof Arrival.Message message) {
                    if (new String(message.payload(), java.nio.charset.StandardCharsets.UTF_8).equals(unlike)) {
                        peer.leave();
                        return new Nature(server(log), true, deflates, others);
                    }
                    others++;
                } else if (!(arrival instanceof Arrival.Pong)) {
                    break;
                }
            }
            peer.leave();
            return new Nature(server(log), false, deflates, 0);
        } catch (CaseOver over) {
            throw new IOException(over.reason(), over);
        }
    }

    /** Answers that are wrong are for the cases to judge. */
    private boolean agreesOnDeflate() throws IOException {
        try (Peer peer = connect(new WireLog(), new Opinion(), 0)) {
            HandshakeSteps.open(peer, DEFLATE_PROBE, 0);
            peer.leave();
            return true;
        } catch (CaseOver over) {
            return over.verdict() != Verdict.UNIMPLEMENTED;
        }
    }

    private static String server(WireLog log) {
        return log.lines().stream()
                .filter(line -> line.direction().equals("<")
                        && line.text().toLowerCase(java.util.Locale.ROOT).startsWith("server:"))
                .map(line -> line.text().substring(7).strip())
                .findFirst()
                .orElse("");
    }

    private Peer connect(WireLog log, Opinion opinion, int greetings) throws IOException {
        Socket socket = new Socket();
        try {
            int timeout = (int) Math.min(Integer.MAX_VALUE, settings.deadline().toMillis());
            String host = uri.getHost().startsWith("[")
                    ? uri.getHost().substring(1, uri.getHost().length() - 1)
                    : uri.getHost();
            int port = uri.getPort() < 0 ? defaultPort() : uri.getPort();
            socket.connect(new InetSocketAddress(host, port), timeout);
            if (isSecure()) {
                socket = secured(socket, host, port, timeout);
            }
            return new Peer(PeerRole.SERVER, new Wire(socket, timer), settings, log, opinion, target, greetings);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private Socket secured(Socket plain, String host, int port, int timeout) throws IOException {
        SSLContext context;
        try {
            context = tls != null ? tls : SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException("this JVM has no TLS", e);
        }
        plain.setSoTimeout(timeout);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!host.contains(":") && !host.matches("[0-9.]+")) {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private boolean isSecure() {
        return "wss".equalsIgnoreCase(uri.getScheme());
    }

    private int defaultPort() {
        return isSecure() ? 443 : 80;
    }
}
