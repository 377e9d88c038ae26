package dev.duplex.server;

import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.internal.BlockingExecutor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How the sessions of one path are opened and served. Immutable: each method returns a changed copy. What a route leaves
 * open is the server's setting.
 *
 * @param handler what to do with the sessions
 * @param upgrade decides on each request; must not block
 * @param subprotocols those supported, the favourite first; empty for none
 * @param origins who may connect from a browser
 * @param limits the bounds of each session
 * @param compression permessage-deflate
 * @param slowConsumers what happens to those who read too slowly
 * @param delivery whole messages, or parts as they arrive
 * @param executor what runs the handler; empty for the event loop
 */
public record Route(
        WebSocketHandler handler,
        Function<UpgradeRequest, CompletionStage<UpgradeResponse>> upgrade,
        List<String> subprotocols,
        Optional<OriginPolicy> origins,
        Optional<Limits> limits,
        Optional<DeflateOptions> compression,
        Optional<SlowConsumerPolicy> slowConsumers,
        Delivery delivery,
        Optional<Executor> executor) {

    public Route {
        Objects.requireNonNull(handler, "handler");
        subprotocols = List.copyOf(subprotocols);
    }

    /** A route that accepts every request the origin policy lets through. */
    public static Route to(WebSocketHandler handler) {
        return new Route(
                handler,
                request -> CompletableFuture.completedFuture(UpgradeResponse.accept()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Delivery.WHOLE,
                Optional.empty());
    }

    /** Decides on each request at once, on the event loop. A hook that throws refuses with 500. */
    public Route onUpgrade(Function<UpgradeRequest, UpgradeResponse> decision) {
        return onUpgradeAsync(request -> CompletableFuture.completedFuture(decision.apply(request)));
    }

    /** Decides on each request later; with 503 once the handshake timeout has passed. */
    public Route onUpgradeAsync(Function<UpgradeRequest, CompletionStage<UpgradeResponse>> decision) {
        return with(draft -> draft.upgrade = decision);
    }

    /**
     * The subprotocols supported, the favourite first. A client that offers none gets none; one that offers only others
     * is refused with 400.
     */
    public Route subprotocols(String... names) {
        return with(draft -> draft.subprotocols = List.of(names));
    }

    /** Who may connect from a browser. */
    public Route origins(OriginPolicy policy) {
        return with(draft -> draft.origins = Optional.of(policy));
    }

    /** The bounds of each session. */
    public Route limits(Limits bounds) {
        return with(draft -> draft.limits = Optional.of(bounds));
    }

    /** Whether and how messages are compressed. */
    public Route compression(DeflateOptions options) {
        return with(draft -> draft.compression = Optional.of(options));
    }

    /** What happens to those who read too slowly. */
    public Route slowConsumers(SlowConsumerPolicy policy) {
        return with(draft -> draft.slowConsumers = Optional.of(policy));
    }

    /** Hands messages over in parts, as they arrive, so that a large one is never in memory as a whole. */
    public Route streaming() {
        return with(draft -> draft.delivery = Delivery.STREAMED);
    }

    /** Runs the handler on an executor: for each session in order, one call at a time. */
    public Route executor(Executor runner) {
        return with(draft -> draft.executor = Optional.of(runner));
    }

    /** Lets the handler block: runs it on virtual threads where the JVM has them (21 and later), else on a thread pool. */
    public Route blocking() {
        return executor(BlockingExecutor.shared());
    }

    private Route with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The same components, open to change. */
    private static final class Draft {
        private final WebSocketHandler handler;
        private Function<UpgradeRequest, CompletionStage<UpgradeResponse>> upgrade;
        private List<String> subprotocols;
        private Optional<OriginPolicy> origins;
        private Optional<Limits> limits;
        private Optional<DeflateOptions> compression;
        private Optional<SlowConsumerPolicy> slowConsumers;
        private Delivery delivery;
        private Optional<Executor> executor;

        Draft(Route route) {
            handler = route.handler;
            upgrade = route.upgrade;
            subprotocols = route.subprotocols;
            origins = route.origins;
            limits = route.limits;
            compression = route.compression;
            slowConsumers = route.slowConsumers;
            delivery = route.delivery;
            executor = route.executor;
        }

        Route finished() {
            return new Route(
                    handler, upgrade, subprotocols, origins, limits, compression, slowConsumers, delivery, executor);
        }
    }
}
