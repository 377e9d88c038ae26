package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions joined with servers that know nothing of WebSocket. */
@Timeout(60)
class SocketEndpointTest {

    private static Served to(String target) {
        return Served.setup()
                .endpoint(all -> all.socket(SocketTarget.parse(target).orElseThrow()))
                .start();
    }

    @Test
    void carriesLinesToAServerAndBack() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = listener.accept()) {
                    socket.getOutputStream().write("welcome\r\n".getBytes(StandardCharsets.US_ASCII));
                    InputStream in = socket.getInputStream();
                    String line = new String(in.readNBytes(6), StandardCharsets.US_ASCII);
                    socket.getOutputStream().write("bye\nlast".getBytes(StandardCharsets.US_ASCII));
                    return line;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (Served served = to("tcp:127.0.0.1:" + listener.getLocalPort());
                    RawClient client = served.connect()) {
                assertThat(client.text()).isEqualTo("welcome");
                client.sendText("hello");
                assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("hello\n");
                assertThat(client.text()).isEqualTo("bye");
                assertThat(client.text()).isEqualTo("last");
                assertThat(Served.close(client)).isEqualTo("1000");
            }
        }
    }

    @Test
    void tellsTheServerThatItsClientHasLeft() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Served served = to("tcp:localhost:" + listener.getLocalPort())) {
            CompletableFuture<Integer> end = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = listener.accept()) {
                    return socket.getInputStream().readAllBytes().length;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (RawClient client = served.connect()) {
                client.sendText("hello");
            }
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(6);
        }
    }

    @Test
    void carriesLinesToAUnixSocket(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
                try (SocketChannel channel = listener.accept()) {
                    ByteBuffer line = ByteBuffer.allocate(6);
                    while (line.hasRemaining() && channel.read(line) >= 0) {
                        continue;
                    }
                    channel.write(line.flip());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (Served served = to("unix:" + path);
                    RawClient client = served.connect()) {
                assertThat(client.sendText("hello").text()).isEqualTo("hello");
                server.get(20, TimeUnit.SECONDS);
                assertThat(Served.close(client)).isEqualTo("1000");
            }
        }
    }

    @Test
    void refusesWith502WhereNobodyListens() throws Exception {
        int free;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = listener.getLocalPort();
        }
        try (Served served = to("tcp:127.0.0.1:" + free);
                RawClient client = served.connect()) {
            assertThat(client.status()).isEqualTo(502);
            served.awaitLog("cannot connect to");
        }
    }

    @Test
    void knowsWhatIsATarget() {
        assertThat(SocketTarget.parse("tcp:localhost:23")).isPresent();
        assertThat(SocketTarget.parse("tcp:[::1]:23")).isPresent();
        assertThat(SocketTarget.parse("unix:/run/x")).isPresent();
        assertThat(SocketTarget.parse("tcp:localhost")).isEmpty();
        assertThat(SocketTarget.parse("tcp:localhost:99999")).isEmpty();
        assertThat(SocketTarget.parse("./tcp")).isEmpty();
    }
}
