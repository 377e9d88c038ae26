package dev.duplex.cli.serve;

import dev.duplex.cli.common.Ending;
import dev.duplex.core.CloseCode;
import dev.duplex.core.deflate.DeflateNegotiation;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.core.handshake.Subprotocols;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Where every client comes in and goes out, whichever the route: who may, how many, for how long, and the log of it. */
public final class Entrance implements AutoCloseable {
    private static final String OPENED = "duplex.opened";
    private static final String LEAVE = "duplex.leave";
    private static final String RATE = "duplex.rate";
    private static final String TIMER = "duplex.timer";

    /**
     * What it asks for.
     *
     * @param authenticator who may connect
     * @param credentials where tokens may be, which are none of the subprotocols
     * @param subprotocols those that are spoken; {@code any} is the first that a client offers
     * @param deflate what is answered to offers of compression
     * @param maxPerAddress most sessions of one address; 0 for any number
     * @param totalTime after which a session is closed; zero for never
     * @param perSecond as many messages of a client are read in a second; 0 for any number
     * @param accessLog whether each coming and going is logged
     * @param webSocketFields of the responses that open a session
     * @param httpFields of those that refuse one
     */
    public record Rules(
            Authenticator authenticator,
            Credentials credentials,
            List<String> subprotocols,
            DeflateOptions deflate,
            int maxPerAddress,
            Duration totalTime,
            double perSecond,
            boolean accessLog,
            HttpFields webSocketFields,
            HttpFields httpFields) {
        public static final Rules NONE = new Rules(
                Authenticator.NONE,
                Credentials.NONE,
                List.of(),
                DeflateOptions.SHARED,
                0,
                Duration.ZERO,
                0,
                false,
                HttpFields.EMPTY,
                HttpFields.EMPTY);
    }

    private final Rules rules;
    private final ServeLog log;
    private final Map<String, Integer> perAddress = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor clock;

    public Entrance(Rules rules, ServeLog log) {
        this.rules = rules;
        this.log = log;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "duplex-clock");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
    }

    /** The route to an endpoint through here. */
    public Route to(Endpoint endpoint) {
        return Route.to(new Watched(endpoint))
                .onUpgradeAsync(request -> enter(endpoint, request).thenApply(this::withFields));
    }

    private UpgradeResponse withFields(UpgradeResponse response) {
        if (response instanceof UpgradeResponse.Reject reject) {
            return UpgradeResponse.reject(reject.response().addHeaders(rules.httpFields()));
        }
        UpgradeResponse.Accept accept = (UpgradeResponse.Accept) response;
        for (HttpFields.Field field : rules.webSocketFields()) {
            accept = accept.withHeader(field.name(), field.value());
        }
        return accept;
    }

    private CompletionStage<UpgradeResponse> enter(Endpoint endpoint, UpgradeRequest request) {
        List<String> offered = rules.credentials().subprotocols(request);
        Optional<String> chosen = chosen(offered);
        if (chosen.isEmpty() && !rules.subprotocols().isEmpty() && !offered.isEmpty()) {
            return refused(HttpResponse.text(
                    400,
                    "None of the subprotocols offered is spoken here: " + String.join(", ", rules.subprotocols())
                            + ".\n"));
        }
        // Before anything is done for it: it may take a program or a slow hash to say no.
        String address = address(request);
        if (!arrive(address)) {
            return refused(HttpResponse.text(429, "Too many connections from your address.\n")
                    .header("Retry-After", "5"));
        }
        Optional<String> subprotocol = chosen.or(() -> rules.credentials().mark(request));
        return staying(() -> judged(endpoint, request, subprotocol), () -> leave(address));
    }

    private CompletionStage<UpgradeResponse> judged(
            Endpoint endpoint, UpgradeRequest request, Optional<String> subprotocol) {
        return rules.authenticator().judge(request).thenCompose(verdict -> {
            if (verdict instanceof Authenticator.Refused refused) {
                logAccess("refused " + remote(request) + " " + request.path() + " "
                        + refused.response().status());
                return refused(refused.response());
            }
            Authenticator.Allowed allowed = (Authenticator.Allowed) verdict;
            Visitor visitor =
                    new Visitor(UUID.randomUUID().toString(), allowed.user(), subprotocol, extensions(request));
            return endpoint.enter(request, visitor)
                    .thenApply(response -> response instanceof UpgradeResponse.Accept accept
                            ? visitor.subprotocol()
                                    .map(accept::withSubprotocol)
                                    .orElse(accept)
                                    .withAttribute(Visitor.attribute(), visitor)
                            : response);
        });
    }

    private static CompletionStage<UpgradeResponse> refused(HttpResponse response) {
        return CompletableFuture.completedFuture(UpgradeResponse.reject(response));
    }

    /** Sees to it that whoever does not come in after all, or goes out again, is not counted any more. */
    private static CompletionStage<UpgradeResponse> staying(
            Supplier<CompletionStage<UpgradeResponse>> entering, Runnable leave) {
        CompletionStage<UpgradeResponse> entered;
        try {
            entered = entering.get();
        } catch (RuntimeException e) {
            leave.run();
            throw e;
        }
        return entered.handle((response, error) -> {
            if (error != null || !(response instanceof UpgradeResponse.Accept accept)) {
                leave.run();
                return error == null ? response : failed(error);
            }
            Runnable unused = accept.notOpened();
            return accept.withAttribute(LEAVE, leave).orElse(() -> {
                leave.run();
                unused.run();
            });
        });
    }

    private static UpgradeResponse failed(Throwable error) {
        throw error instanceof RuntimeException e ? e : new IllegalStateException(error);
    }

    private Optional<String> chosen(List<String> offered) {
        return rules.subprotocols().contains("any")
                ? offered.stream().findFirst()
                : Subprotocols.select(offered, rules.subprotocols());
    }

    private String extensions(UpgradeRequest request) {
        DeflateNegotiation.Agreement agreement =
                DeflateNegotiation.accept(request.handshake().extensions(), rules.deflate());
        return agreement == null ? "" : agreement.response().toString();
    }

    private static String address(UpgradeRequest request) {
        return request.remoteAddress() instanceof InetSocketAddress inet
                ? inet.getAddress() == null
                        ? inet.getHostString()
                        : inet.getAddress().getHostAddress()
                : "unix";
    }

    private static String remote(UpgradeRequest request) {
        return request.remoteAddress() instanceof InetSocketAddress inet
                ? address(request) + ":" + inet.getPort()
                : address(request);
    }

    private boolean arrive(String address) {
        if (rules.maxPerAddress() == 0) {
            return true;
        }
        int now = perAddress.merge(address, 1, Integer::sum);
        if (now > rules.maxPerAddress()) {
            leave(address);
            return false;
        }
        return true;
    }

    private void leave(String address) {
        if (rules.maxPerAddress() > 0) {
            perAddress.computeIfPresent(address, (key, many) -> many == 1 ? null : many - 1);
        }
    }

    private void logAccess(String text) {
        if (rules.accessLog()) {
            log.line(text);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** Sees what happens to each session, and hands it on. */
    private final class Watched implements WebSocketHandler {
        private final Endpoint endpoint;

        Watched(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void onOpen(Session session) throws Exception {
            Visitor visitor = Visitor.of(session);
            if (rules.accessLog()) {
                session.attributes().put(OPENED, System.nanoTime());
                logAccess(visitor.connection() + " open " + remote(session.request()) + " " + session.path()
                        + visitor.user().map(user -> " user " + user.name()).orElse(""));
            }
            if (rules.perSecond() > 0) {
                session.attributes().put(RATE, new MessageRate(rules.perSecond(), System.nanoTime()));
            }
            if (!rules.totalTime().isZero()) {
                Future<?> timer = clock.schedule(
                        () -> session.close(CloseCode.GOING_AWAY, "the time of a session is over"),
                        rules.totalTime().toNanos(),
                        TimeUnit.NANOSECONDS);
                session.attributes().put(TIMER, timer);
            }
            endpoint.onOpen(session);
        }

        @Override
        public void onMessage(Session session, Message message) throws Exception {
            Visitor.of(session).received(message.size());
            endpoint.onMessage(session, message);
            slowDown(session);
        }

        /** Who sends more than it may is not read for a while. */
        private void slowDown(Session session) {
            if (session.attributes().get(RATE) instanceof MessageRate rate) {
                long wait = rate.taken(System.nanoTime());
                if (wait > 0) {
                    Visitor visitor = Visitor.of(session);
                    visitor.hold(session);
                    clock.schedule(() -> visitor.release(session), wait, TimeUnit.NANOSECONDS);
                }
            }
        }

        @Override
        public void onPing(Session session, Message payload) throws Exception {
            endpoint.onPing(session, payload);
        }

        @Override
        public void onDrain(Session session) throws Exception {
            endpoint.onDrain(session);
        }

        @Override
        public void onError(Session session, Throwable error) {
            endpoint.onError(session, error);
        }

        @Override
        public void onClose(Session session, CloseEvent event) throws Exception {
            if (session.attributes().remove(LEAVE) instanceof Runnable leave) {
                leave.run();
            }
            if (session.attributes().remove(TIMER) instanceof Future<?> timer) {
                timer.cancel(false);
            }
            try {
                endpoint.onClose(session, event);
            } finally {
                Visitor visitor = Visitor.of(session);
                if (session.attributes().remove(OPENED) instanceof Long opened) {
                    logAccess(visitor.connection() + " close " + event.code()
                            + (event.reason().isEmpty() ? "" : " \"" + Ending.printable(event.reason()) + "\"")
                            + ", " + event.cause() + ", after " + (System.nanoTime() - opened) / 1_000_000 + " ms, "
                            + visitor.traffic());
                }
            }
        }
    }
}
