package dev.duplex.socketio;

import dev.duplex.socketio.parser.Packet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Some of the clients of a namespace, and how events are sent to them. Immutable. */
public final class BroadcastOperator implements Broadcasting {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private final Namespace namespace;
    private final BroadcastOptions options;

    BroadcastOperator(Namespace namespace, BroadcastOptions options) {
        this.namespace = namespace;
        this.options = options;
    }

    private static Set<String> joined(Set<String> some, String... more) {
        Set<String> all = new LinkedHashSet<>(some);
        all.addAll(Arrays.asList(more));
        return all;
    }

    private BroadcastOperator with(BroadcastOptions.Flags flags) {
        return new BroadcastOperator(namespace, options.with(flags));
    }

    @Override
    public BroadcastOperator operator() {
        return this;
    }

    @Override
    public BroadcastOperator to(String... rooms) {
        return new BroadcastOperator(
                namespace, new BroadcastOptions(joined(options.rooms(), rooms), options.except(), options.flags()));
    }

    @Override
    public BroadcastOperator in(String... rooms) {
        return to(rooms);
    }

    @Override
    public BroadcastOperator except(String... rooms) {
        return new BroadcastOperator(
                namespace, new BroadcastOptions(options.rooms(), joined(options.except(), rooms), options.flags()));
    }

    @Override
    public BroadcastOperator volatile_() {
        return with(options.flags().withIfWritable());
    }

    @Override
    public BroadcastOperator local() {
        return with(options.flags().withLocal());
    }

    @Override
    public BroadcastOperator compress(boolean allowed) {
        return with(options.flags().withCompress(allowed));
    }

    @Override
    public BroadcastOperator timeout(Duration longest) {
        return with(options.flags().withTimeout(longest));
    }

    @Override
    public void emitList(String event, List<? extends @Nullable Object> arguments) {
        namespace.adapter().broadcast(namespace.event(event, arguments), options);
    }

    @Override
    public <T> CompletionStage<List<T>> emitWithAck(String event, Class<T> type, @Nullable Object... arguments) {
        Packet packet = namespace.event(event, Arrays.asList(arguments));
        Answers<T> answers = new Answers<>(type);
        answers.begin(packet);
        return answers.result;
    }

    /** Acknowledgements as they come in; complete when every server has said how many, and so many have come. */
    private final class Answers<T> {
        private final Class<T> type;
        private final CompletableFuture<List<T>> result = new CompletableFuture<>();
        private final List<T> responses = new ArrayList<>();
        private int servers;
        private int expectedServers = -1;
        private int clients;

        Answers(Class<T> type) {
            this.type = type;
        }

        void begin(Packet packet) {
            Duration longest = options.flags().timeout().orElse(DEFAULT_TIMEOUT);
            Future<?> timer = namespace.server().schedule(longest, () -> fail("operation has timed out"));
            Subscription untilClosed = namespace.server().onClosed(() -> fail("the server has been closed"));
            result.whenComplete((all, error) -> {
                untilClosed.cancel();
                if (timer != null) {
                    timer.cancel(false);
                }
            });
            Subscription pending = namespace
                    .adapter()
                    .broadcastWithAck(
                            packet,
                            options.with(options.flags().withTimeout(longest)),
                            this::serverHasSent,
                            this::answered);
            namespace.adapter().serverCount().thenAccept(this::serversAre);
            result.whenComplete((all, error) -> pending.cancel());
        }

        private void fail(String why) {
            result.completeExceptionally(new AckException(why, soFar()));
        }

        private synchronized List<T> soFar() {
            return List.copyOf(responses);
        }

        private synchronized void serverHasSent(int toClients) {
            servers++;
            clients += toClients;
            checkComplete();
        }

        private synchronized void serversAre(int number) {
            expectedServers = number;
            checkComplete();
        }

        private void answered(List<@Nullable Object> arguments) {
            try {
                T response = namespace.firstOf(arguments, type);
                synchronized (this) {
                    responses.add(response);
                    checkComplete();
                }
            } catch (IllegalArgumentException unfit) {
                result.completeExceptionally(unfit);
            }
        }

        private void checkComplete() {
            if (servers == expectedServers && responses.size() == clients) {
                result.complete(List.copyOf(responses));
            }
        }
    }

    @Override
    public CompletionStage<List<RemoteSocket>> fetchSockets() {
        return namespace.adapter().fetchSockets(options);
    }

    @Override
    public CompletionStage<Set<String>> allSockets() {
        return namespace.adapter().sockets(options.rooms());
    }

    @Override
    public void socketsJoin(String... rooms) {
        namespace.adapter().addSockets(options, Set.of(rooms));
    }

    @Override
    public void socketsLeave(String... rooms) {
        namespace.adapter().delSockets(options, Set.of(rooms));
    }

    @Override
    public void disconnectSockets(boolean close) {
        namespace.adapter().disconnectSockets(options, close);
    }
}
