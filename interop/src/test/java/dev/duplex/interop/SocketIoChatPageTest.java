package dev.duplex.interop;

import dev.duplex.cli.RunningCommand;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** The same page and the same scenes with {@code duplex chat --socketio}: the official client in the browser and in Node. */
@Tag("page")
class SocketIoChatPageTest extends ChatPageTest {
    @Override
    RunningCommand start(String... more) {
        return RunningCommand.start(
                Stream.concat(Stream.of("chat", "--socketio"), Stream.of(more)).toArray(String[]::new));
    }

    @Override
    CompletableFuture<Peers.Ended> node(String says, String until) {
        String node = Peers.node().toString();
        return CompletableFuture.supplyAsync(() -> Peers.run(
                Peers.NODE_FOLDER, node, "chat-socket-io.js", chat().page("/").toString(), says, until));
    }
}
