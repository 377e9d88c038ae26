package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients say to a shared program that does not keep up waits in the network. */
@Timeout(60)
class SharedFlowTest {
    private static final SharedOptions SHARED = new SharedOptions(false, SharedOptions.Restart.never, 0);
    private static final CloseEvent LEFT = new CloseEvent(1006, "", false, CloseKind.END_OF_STREAM, "left");

    @TempDir
    private Path directory;

    /** Reads nothing until it is told to, and then all; its output stays open, as its end would be the program's. */
    private String lateReader() {
        return "while [ ! -e " + directory.resolve("read") + " ]; do sleep 0.01; done; cat >/dev/null; exit";
    }

    private void read() throws Exception {
        Files.createFile(directory.resolve("read"));
    }

    /** A client of which is known whether the server reads it. */
    private static final class Client implements InvocationHandler {
        private final Map<String, Object> attributes = new ConcurrentHashMap<>(Map.of(
                Visitor.attribute(),
                new Visitor(UUID.randomUUID().toString(), Optional.empty(), Optional.empty(), "")));
        private final Session session =
                (Session) Proxy.newProxyInstance(Session.class.getClassLoader(), new Class<?>[] {Session.class}, this);
        private volatile boolean isRead = true;

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
            switch (method.getName()) {
                case "attributes" -> {
                    return attributes;
                }
                case "pause" -> isRead = false;
                case "resume" -> isRead = true;
                case "path" -> {
                    return "/";
                }
                case "remoteAddress" -> {
                    return new InetSocketAddress("127.0.0.1", 1);
                }
                default -> throw new UnsupportedOperationException(method.getName());
            }
            return null;
        }
    }

    private record Said(byte[] bytes) implements Message {
        @Override
        public boolean isText() {
            return true;
        }

        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public String text() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes);
        }
    }

    @Test
    void nobodyIsReadWhileTooMuchWaitsForTheProgramWhoeverHasSaidIt() throws Exception {
        try (ServeLog log = new ServeLog(new PrintWriter(Writer.nullWriter()), Clock.systemUTC());
                Launcher launcher = Launcher.open(StopLadder.parse("eof:200ms,TERM:200ms,KILL"))) {
            SharedProgram program = new SharedProgram(
                    launcher,
                    new Program(
                            List.of("/bin/sh", "-c", lateReader()),
                            Map.of("PATH", "/usr/bin:/bin"),
                            Optional.empty(),
                            Program.Errors.log),
                    BridgeOptions.DEFAULT,
                    SHARED,
                    log);
            program.startNow();
            Client talks = new Client();
            Client listens = new Client();
            Client comes = new Client();
            program.opened(talks.session);
            program.opened(listens.session);
            program.received(talks.session, new Said(new byte[1000]));
            assertThat(List.of(talks.isRead, listens.isRead)).containsExactly(true, true);
            program.received(talks.session, new Said(new byte[1_000_000]));
            assertThat(List.of(talks.isRead, listens.isRead)).containsExactly(false, false);
            program.closed(talks.session, LEFT);
            program.opened(comes.session);
            assertThat(comes.isRead).as("a newcomer, who could do the same").isFalse();
            read();
            Served.await("those who are there are read again", () -> listens.isRead && comes.isRead);
        }
    }

    private static int status(Served served) {
        try (RawClient client = served.connect()) {
            return client.status();
        }
    }

    @Test
    void newcomersOfWhomTheProgramIsToldAreRefusedUntilItKeepsUp() throws Exception {
        FrameOptions ndjson = new FrameOptions(
                FrameOptions.Frame.ndjson,
                false,
                false,
                FrameOptions.NewlineIn.split,
                FrameOptions.BadUtf8.replace,
                FrameOptions.Type.text,
                1 << 20,
                false);
        try (Served served = Served.setup()
                        .frames(ndjson)
                        .shared(SHARED, lateReader())
                        .start();
                RawClient client = served.connect()) {
            client.sendText("x".repeat(1_000_000));
            Served.await("newcomers are refused", () -> status(served) == 503);
            read();
            Served.await("newcomers may come in", () -> status(served) == 101);
        }
    }

    @Test
    void newcomersMayListenToAProgramThatReadsNothing() {
        try (Served served = Served.setup()
                        .shared(SHARED, "while :; do echo tick; sleep 0.01; done")
                        .start();
                RawClient client = served.connect()) {
            client.sendText("x".repeat(1_000_000));
            Served.await("it has come in", () -> served.counted().contains("duplex_received_bytes_total 1000000\n"));
            try (RawClient newcomer = served.connect()) {
                assertThat(newcomer.text()).isEqualTo("tick");
            }
        }
    }
}
