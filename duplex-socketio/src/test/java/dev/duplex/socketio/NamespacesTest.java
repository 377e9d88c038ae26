package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamespacesTest {
    private static final Pattern GAMES = Pattern.compile("^/game-\\d+$");

    private final SocketIoServer io = SocketIoServer.builder().build();

    private Namespace forClient(String name) {
        return io.known().forClient(name, Map.of()).toCompletableFuture().join().orElseThrow();
    }

    @AfterEach
    void stop() {
        io.close();
    }

    @Test
    void nobodyFindsANamespaceBeforeItsListenersAreDone() throws Exception {
        io.of(GAMES);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean guarded = new AtomicBoolean();
        io.onNewNamespace(namespace -> {
            begun.countDown();
            Threads.await(goOn);
            namespace.use((socket, next) -> next.refuse(new ConnectException("who are you?")));
            guarded.set(true);
        });
        Thread first = Threads.started(() -> forClient("/game-1"));
        Threads.await(begun);
        BlockingQueue<Boolean> found = new LinkedBlockingQueue<>();
        Thread second = Threads.started(() -> {
            forClient("/game-1");
            found.add(guarded.get());
        });
        Threads.awaitBlockedOrEnded(second);
        goOn.countDown();
        assertThat(found.poll(30, TimeUnit.SECONDS))
                .as("guarded when it is found")
                .isTrue();
        Threads.join(first, second);
    }

    @Test
    void aListenerFindsTheNamespaceThatBeginsAndMayBeginOthers() {
        ParentNamespace games = io.of(GAMES);
        List<Namespace> told = new ArrayList<>();
        io.onNewNamespace(namespace -> {
            told.add(namespace);
            assertThat(io.of(namespace.name())).isSameAs(namespace);
            io.of("/lobby");
        });
        Namespace game = forClient("/game-1");
        assertThat(told).extracting(Namespace::name).containsExactly("/game-1", "/lobby");
        assertThat(told.get(0)).isSameAs(game).isSameAs(io.of("/game-1"));
        assertThat(games.children()).containsExactly(game);
        assertThat(io.namespaces()).extracting(Namespace::name).containsExactlyInAnyOrder("/", "/game-1", "/lobby");
    }

    @Test
    void aNamespaceWhoseListenerFailsDoesNotBegin() {
        ParentNamespace games = io.of(GAMES);
        Subscription failing = io.onNewNamespace(namespace -> {
            throw new IllegalStateException("on purpose");
        });
        assertThatThrownBy(() -> io.of("/game-1")).hasMessage("on purpose");
        assertThatThrownBy(() -> forClient("/game-1")).hasRootCauseMessage("on purpose");
        assertThat(games.children()).isEmpty();
        assertThat(io.namespaces()).extracting(Namespace::name).containsExactly("/");
        failing.cancel();
        assertThat(forClient("/game-1").name()).isEqualTo("/game-1");
    }
}
