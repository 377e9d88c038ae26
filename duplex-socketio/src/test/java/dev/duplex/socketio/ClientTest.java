package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.HttpRequest;
import dev.duplex.socketio.engine.CloseReason;
import dev.duplex.socketio.engine.EngineSocket;
import dev.duplex.socketio.engine.ReadyState;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over a connection that is none: whatever is done with it is done at once. */
class ClientTest {
    private final SocketIoServer io = SocketIoServer.builder().build();
    private final List<String> told = new ArrayList<>();
    private ReadyState state = ReadyState.OPEN;

    private final EngineSocket connection = (EngineSocket) Proxy.newProxyInstance(
            EngineSocket.class.getClassLoader(), new Class<?>[] {EngineSocket.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "id" -> {
                        return "id";
                    }
                    case "protocol" -> {
                        return 4;
                    }
                    case "readyState" -> {
                        return state;
                    }
                    case "request" -> {
                        return HttpRequest.builder("GET", "/socket.io/?EIO=4&transport=polling")
                                .build();
                    }
                    case "execute" -> ((Runnable) arguments[0]).run();
                    case "close" -> {
                        state = ReadyState.CLOSING;
                        told.add("close");
                    }
                    default -> assertThat(method.getName()).isEqualTo("send");
                }
                return null;
            });

    private final Client client = new Client(io, connection);

    @AfterEach
    void stop() {
        io.close();
    }

    @Test
    void nothingIsLookedAtAfterAMalformedPacket() {
        io.onConnection(socket -> {
            socket.onAny((event, args) -> told.add(event));
            socket.onError(error -> told.add("error"));
            socket.onDisconnect(reason -> told.add("disconnect " + reason));
        });
        client.open();
        client.text("0");
        // What the body of one POST may have brought: the end of the connection has no way to come between.
        client.text("2[\"a\"]");
        client.text("x");
        client.text("2[\"delete\"]");
        client.text("y");
        client.binary(new byte[] {1});
        client.closed(CloseReason.FORCED_CLOSE);
        assertThat(told).containsExactly("a", "error", "close", "disconnect forced close");
    }
}
