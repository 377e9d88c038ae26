package dev.duplex.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.Limits;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session does for the application, and what becomes of it. */
class SessionTest {
    private static WebSocketServer serve(WebSocketHandler handler) {
        return serve(Route.to(handler));
    }

    private static WebSocketServer serve(Route route) {
        return WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .webSocket("/", route)
                .start();
    }

    // --------------------------------------------------------------------------------------------------------- sending

    @Test
    void keepsTheOrderOfEachOfManyThreads() throws Exception {
        Journal journal = new Journal();
        int threads = 8;
        int each = 500;
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            Session session = journal.session();
            List<Thread> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread sender = new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        session.send(number + " " + i);
                    }
                });
                senders.add(sender);
                sender.start();
            }
            int[] next = new int[threads];
            for (int i = 0; i < threads * each; i++) {
                String[] message = client.text().split(" ");
                int thread = Integer.parseInt(message[0]);
                assertThat(Integer.parseInt(message[1])).isEqualTo(next[thread]++);
            }
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }

    @Test
    void sendsEveryKindOfMessage() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            Session session = journal.session();
            assertThat(session.send("a\ud800b")).isEqualTo(SendResult.SENT);
            assertThat(client.text()).isEqualTo("a\ufffdb");
            session.send(new byte[] {1, 2});
            assertThat(client.frame().payload()).containsExactly(1, 2);
            ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 3, 4, 5}, 1, 2);
            session.send(buffer);
            assertThat(buffer.hasRemaining()).isFalse();
            RawClient.Frame frame = client.frame();
            assertThat(frame.firstByte()).isEqualTo(0x82);
            assertThat(frame.payload()).containsExactly(3, 4);
            session.ping("x".getBytes(UTF_8));
            assertThat(client.frame().firstByte()).isEqualTo(0x89);
            session.pong(new byte[0]);
            assertThat(client.frame().firstByte()).isEqualTo(0x8A);
            assertThatThrownBy(() -> session.ping(new byte[126])).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> session.close(1005, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("but was 1005");
        }
    }

    @Test
    void compressesNoMessageThatMayNotBe() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/", "Sec-WebSocket-Extensions: permessage-deflate")) {
            Session session = journal.session();
            String text = "the same again, ".repeat(200);
            for (String sent : List.of("1 " + text, "2 " + text)) {
                session.send(sent);
                assertThat(client.frame().firstByte()).isEqualTo(0xC1);
                session.send(new Uncompressed(true, sent.getBytes(UTF_8)));
                assertThat(client.text()).isEqualTo(sent);
            }
            session.send(new Uncompressed(false, text.getBytes(UTF_8)));
            assertThat(client.frame().firstByte()).isEqualTo(0x82);
        }
    }

    private record Uncompressed(boolean isText, byte[] bytes) implements Message {
        @Override
        public boolean mayCompress() {
            return false;
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
            return new String(bytes, UTF_8);
        }

        @Override
        public ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes);
        }
    }

    @Test
    void sendsWhatWasSentMeanwhileBehindAMessageInParts() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            Session session = journal.session();
            try (OutgoingMessage parts = session.beginText()) {
                assertThat(parts.write(ByteBuffer.wrap("one ".getBytes(UTF_8)))).isEqualTo(SendResult.SENT);
                session.send("between");
                parts.write(ByteBuffer.wrap("two".getBytes(UTF_8)));
            }
            StringBuilder whole = new StringBuilder();
            RawClient.Frame frame;
            do {
                frame = client.frame();
                whole.append(frame.text());
            } while (!frame.fin());
            assertThat(whole.toString()).isEqualTo("one two");
            assertThat(client.text()).isEqualTo("between");
            OutgoingMessage closed = session.beginBinary();
            closed.close();
            assertThatThrownBy(() -> closed.write(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Waits for it, and for the loop that calls this nothing else goes on meanwhile. */
    private static void onAnotherThread(Runnable action) {
        Thread thread = new Thread(action);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endsAMessageInPartsHoweverMuchOfItWaitsForTheLoop() throws Exception {
        int size = 300_000;
        WebSocketHandler handler = WebSocketHandler.onMessage((session, message) -> {
            onAnotherThread(() -> {
                try (OutgoingMessage parts = session.beginBinary()) {
                    parts.write(ByteBuffer.allocate(size));
                }
            });
            session.send("after");
        });
        Route route = Route.to(handler).limits(Limits.DEFAULTS.withMaxBufferedBytes(128 * 1024));
        try (WebSocketServer server = serve(route);
                RawClient client = RawClient.open(server, "/")) {
            client.text("go");
            int received = 0;
            RawClient.Frame frame;
            do {
                frame = client.frame();
                received += frame.payload().length;
            } while (!frame.fin());
            assertThat(received).isEqualTo(size);
            assertThat(client.text()).isEqualTo("after");
        }
    }

    @Test
    void sendsWhatWasWrittenBeforeItTerminates() throws Exception {
        WebSocketHandler handler = WebSocketHandler.onMessage((session, message) -> {
            session.send("bye");
            session.terminate();
        });
        try (WebSocketServer server = serve(handler);
                RawClient client = RawClient.open(server, "/")) {
            assertThat(client.text("go").text()).isEqualTo("bye");
        }
    }

    @Test
    void sendsALargeMessageInPartsAsFastAsTheClientReads() throws Exception {
        // More than the kernel's buffers hold.
        int size = 32 * 1024 * 1024;
        int part = 16 * 1024;
        AtomicInteger drains = new AtomicInteger();
        WebSocketHandler handler = new WebSocketHandler() {
            private OutgoingMessage message;
            private int sent;

            @Override
            public void onOpen(Session session) {
                message = session.beginBinary();
                pump(session);
            }

            @Override
            public void onDrain(Session session) {
                drains.incrementAndGet();
                pump(session);
            }

            private void pump(Session session) {
                while (sent < size) {
                    SendResult result = message.write(ByteBuffer.allocate(part));
                    if (result == SendResult.DROPPED) {
                        return;
                    }
                    sent += part;
                    if (result == SendResult.QUEUED) {
                        return;
                    }
                }
                message.close();
            }
        };
        Route route = Route.to(handler).limits(Limits.DEFAULTS.withMaxBufferedBytes(128 * 1024));
        try (WebSocketServer server = serve(route);
                RawClient client = RawClient.connect(server, 8 * 1024)) {
            assertThat(client.send(RawClient.handshake("/")).response().status())
                    .isEqualTo(101);
            long received = 0;
            RawClient.Frame frame;
            do {
                frame = client.frame();
                received += frame.payload().length;
            } while (!frame.fin());
            assertThat(received).isEqualTo(size);
            assertThat(drains.get()).isPositive();
        }
    }

    @Test
    void closesAPeerThatReadsTooSlowly() throws Exception {
        Journal journal = new Journal();
        Route route = Route.to(journal).limits(Limits.DEFAULTS.withMaxBufferedBytes(64 * 1024));
        try (WebSocketServer server = serve(route);
                RawClient client = RawClient.connect(server, 4 * 1024)) {
            assertThat(client.send(RawClient.handshake("/")).response().status())
                    .isEqualTo(101);
            Session session = journal.session();
            byte[] message = new byte[16 * 1024];
            SendResult result;
            long accepted = 0;
            do {
                result = session.send(message);
                accepted += result.isAccepted() ? 1 : 0;
            } while (result.isAccepted() && accepted < 10_000);
            assertThat(result).isIn(SendResult.DROPPED, SendResult.CLOSED);
            assertThat(accepted).isLessThan(10_000);

            RawClient.Frame frame = client.frame();
            while (frame.opcode() == 2) {
                frame = client.frame();
            }
            assertThat(frame.closeCode()).isEqualTo(1013);
        }
    }

    @Test
    void dropsTheNewestIfToldSo() throws Exception {
        Journal journal = new Journal();
        Route route = Route.to(journal)
                .slowConsumers(SlowConsumerPolicy.DROP_NEWEST)
                .limits(Limits.DEFAULTS.withMaxBufferedBytes(64 * 1024));
        try (WebSocketServer server = serve(route);
                RawClient client = RawClient.connect(server, 4 * 1024)) {
            assertThat(client.send(RawClient.handshake("/")).response().status())
                    .isEqualTo(101);
            Session session = journal.session();
            // While the peer's network takes more, what waited may be gone as soon as one was dropped.
            Await.until("a message is dropped while others wait", () -> {
                assertThat(session.isOpen()).isTrue();
                return session.send(new byte[16 * 1024]) == SendResult.DROPPED && session.bufferedAmount() > 0;
            });
            assertThat(session.isOpen()).isTrue();
            assertThat(client.frame().payload()).hasSize(16 * 1024);
        }
    }

    // ------------------------------------------------------------------------------------------------------- receiving

    @Test
    void sendsAMessageOnAsWhatItIs() throws Exception {
        try (WebSocketServer server = serve(WebSocketHandler.onMessage(Session::send));
                RawClient client = RawClient.open(server, "/")) {
            assertThat(client.text("Grüße").text()).isEqualTo("Grüße");
            RawClient.Frame frame = client.binary(new byte[70_000]).frame();
            assertThat(frame.firstByte()).isEqualTo(0x82);
            assertThat(frame.payload()).hasSize(70_000);
        }
    }

    @Test
    void aMessageIsValidDuringTheCallOnly() throws Exception {
        AtomicReference<Message> kept = new AtomicReference<>();
        CountDownLatch returned = new CountDownLatch(1);
        WebSocketHandler handler = new WebSocketHandler() {
            @Override
            public void onMessage(Session session, Message message) {
                assertThat(message.size()).isEqualTo(1);
                kept.set(message);
            }

            @Override
            public void onPing(Session session, Message payload) {
                returned.countDown();
            }
        };
        try (WebSocketServer server = serve(handler);
                RawClient client = RawClient.open(server, "/")) {
            client.text("a").frame(0x89, new byte[0]);
            assertThat(returned.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> kept.get().text()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> kept.get().bytes()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> kept.get().size()).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageIsForTheThreadOfTheCallOnly(boolean blocking) throws Exception {
        CompletableFuture<String> elsewhere = new CompletableFuture<>();
        WebSocketHandler handler = WebSocketHandler.onMessage((session, message) -> {
            try {
                CompletableFuture.supplyAsync(message::text)
                        .handle((text, error) ->
                                error == null ? elsewhere.complete(text) : elsewhere.completeExceptionally(error))
                        .join();
            } finally {
                session.send(message);
            }
        });
        Route route = Route.to(handler);
        try (WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .webSocket("/", blocking ? route.blocking() : route)
                        .start();
                RawClient client = RawClient.open(server, "/")) {
            client.text("a");
            assertThat(client.frame().text()).isEqualTo("a");
            assertThatThrownBy(elsewhere::join).hasRootCauseInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStreamingRouteGetsALargeMessageInParts(boolean blocking) throws Exception {
        int size = 5 * 1024 * 1024;
        CountDownLatch whole = new CountDownLatch(1);
        AtomicInteger largest = new AtomicInteger();
        AtomicInteger parts = new AtomicInteger();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        WebSocketHandler handler = new WebSocketHandler() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                parts.incrementAndGet();
                largest.accumulateAndGet(message.size(), Math::max);
                received.write(message.bytes());
                if (message.isLast()) {
                    whole.countDown();
                }
            }
        };
        Route route = Route.to(handler).streaming().limits(Limits.DEFAULTS.withMaxMessageBytes(size));
        byte[] message = new byte[size];
        for (int i = 0; i < size; i++) {
            message[i] = (byte) (i * 31);
        }
        try (WebSocketServer server = serve(blocking ? route.blocking() : route);
                RawClient client = RawClient.open(server, "/")) {
            client.binary(message);
            assertThat(whole.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(received.toByteArray()).isEqualTo(message);
        assertThat(parts.get()).isGreaterThan(5);
        assertThat(largest.get()).isLessThan(1024 * 1024);
    }

    @Test
    void deliversNothingWhilePaused() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                super.onMessage(session, message);
                if (message.text().equals("stop")) {
                    session.pause();
                }
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            Session session = journal.session();
            client.text("one").text("stop").text("two");
            assertThat(journal.next()).isEqualTo("one");
            assertThat(journal.next()).isEqualTo("stop");
            // A round through the loop, so that what it has read would have been delivered.
            session.send("marker");
            assertThat(client.text()).isEqualTo("marker");
            assertThat(journal.isEmpty()).isTrue();
            session.resume();
            assertThat(journal.next()).isEqualTo("two");
        }
    }

    @Test
    void mayBePausedFromTheBeginning() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                session.pause();
                super.onOpen(session);
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.connect(server)) {
            client.send(
                    RawClient.handshake("/") + new String(RawClient.masked(0x81, "early".getBytes(UTF_8)), "latin1"));
            assertThat(client.response().status()).isEqualTo(101);
            Session session = journal.session();
            session.send("marker");
            assertThat(client.text()).isEqualTo("marker");
            assertThat(journal.isEmpty()).isTrue();
            session.resume();
            assertThat(journal.next()).isEqualTo("early");
        }
    }

    @Test
    void tellsOfPingsAndPongs() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onPing(Session session, Message payload) {
                add("ping " + new String(payload.bytes(), UTF_8));
            }

            @Override
            public void onPong(Session session, Message payload) {
                add("pong " + new String(payload.bytes(), UTF_8));
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            client.frame(0x89, "a".getBytes(UTF_8)).frame(0x8A, "b".getBytes(UTF_8));
            assertThat(journal.next()).isEqualTo("ping a");
            assertThat(journal.next()).isEqualTo("pong b");
            assertThat(client.frame().firstByte()).isEqualTo(0x8A);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- ending

    @Test
    void answersACloseFrameOfTheClient() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            Session session = journal.session();
            client.text("last").close(4001);
            assertThat(client.frame().closeCode()).isEqualTo(4001);
            assertThat(client.ends()).isTrue();
            assertThat(journal.next()).isEqualTo("last");
            CloseEvent event = journal.closed();
            assertThat(event.code()).isEqualTo(4001);
            assertThat(event.wasClean()).isTrue();
            assertThat(session.readyState()).isEqualTo(ReadyState.CLOSED);
            assertThat(session.send("more")).isEqualTo(SendResult.CLOSED);
            assertThat(server.sessions()).isEmpty();
        }
    }

    @Test
    void tells1005And1006And1002() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = serve(journal)) {
            try (RawClient client = RawClient.open(server, "/")) {
                client.frame(0x88, new byte[0]);
                assertThat(client.frame().payload()).isEmpty();
            }
            assertThat(journal.closed().code()).isEqualTo(1005);
            try (RawClient client = RawClient.open(server, "/")) {
                client.reset();
            }
            CloseEvent reset = journal.closed();
            assertThat(reset.code()).isEqualTo(1006);
            assertThat(reset.wasClean()).isFalse();
            assertThat(reset.cause()).isNotEmpty();
            try (RawClient client = RawClient.open(server, "/")) {
                client.sendHex("83 80 00000000");
                assertThat(client.frame().closeCode()).isEqualTo(1002);
            }
            CloseEvent violation = journal.closed();
            assertThat(violation.code()).isEqualTo(1002);
            assertThat(violation.wasClean()).isFalse();
            assertThat(violation.cause()).contains("RFC 6455");
        }
    }

    @Test
    void closesFromOnOpen() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) {
                session.send("bye");
                session.close(4000, "no room");
                assertThat(session.readyState()).isEqualTo(ReadyState.CLOSING);
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.connect(server)) {
            client.send(
                    RawClient.handshake("/") + new String(RawClient.masked(0x81, "early".getBytes(UTF_8)), "latin1"));
            assertThat(client.response().status()).isEqualTo(101);
            assertThat(client.text()).isEqualTo("bye");
            RawClient.Frame frame = client.frame();
            assertThat(frame.closeCode()).isEqualTo(4000);
            assertThat(frame.closeReason()).isEqualTo("no room");
            client.close(4000);
            CloseEvent event = journal.closed();
            assertThat(event.code()).isEqualTo(4000);
            assertThat(event.wasClean()).isTrue();
        }
    }

    @Test
    void terminatesFromAnyThreadAndFromOnOpen() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                if (session.query().has("now")) {
                    session.terminate();
                }
                super.onOpen(session);
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/");
                RawClient other = RawClient.connect(server)) {
            journal.session().terminate();
            assertThat(client.ends()).isTrue();
            assertThat(journal.closed().code()).isEqualTo(1006);
            other.send(RawClient.handshake("/?now"));
            other.rest();
            assertThat(journal.closed().code()).isEqualTo(1006);
            assertThat(server.sessions()).isEmpty();
        }
    }

    @Test
    void aHandlerThatThrowsCostsItsOwnSessionOnly() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                switch (message.text()) {
                    case "throw" -> throw new java.io.IOException("broken");
                    case "overflow" -> overflow(1);
                    default -> super.onMessage(session, message);
                }
            }

            private int overflow(int depth) {
                return overflow(depth + 1) + 1;
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient other = RawClient.open(server, "/")) {
            for (String how : new String[] {"throw", "overflow"}) {
                try (RawClient client = RawClient.open(server, "/")) {
                    client.text(how).text("never shown");
                    assertThat(client.frame().closeCode()).isEqualTo(1011);
                    client.close(1011);
                    assertThat(journal.next()).isInstanceOf(Throwable.class);
                    assertThat(journal.closed().code()).isEqualTo(1011);
                }
            }
            other.text("still here");
            assertThat(journal.next()).isEqualTo("still here");
        }
    }

    @Test
    void anOnOpenThatThrowsIsFollowedByOnClose() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) {
                throw new IllegalStateException("not today");
            }

            @Override
            public void onClose(Session session, CloseEvent event) throws Exception {
                super.onClose(session, event);
                throw new IllegalStateException("nor here");
            }
        };
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            assertThat(client.frame().closeCode()).isEqualTo(1011);
            client.close(1011);
            assertThat(journal.next()).isInstanceOf(IllegalStateException.class);
            assertThat(journal.closed().code()).isEqualTo(1011);
            assertThat(journal.next()).isInstanceOf(IllegalStateException.class);
            assertThat(server.sessions()).isEmpty();
        }
    }

    @Test
    void cutsAPeerThatNeverAnswersACloseF19() throws Exception {
        Journal journal = new Journal();
        Route route = Route.to(journal).limits(Limits.DEFAULTS.withCloseTimeout(Duration.ofMillis(200)));
        try (WebSocketServer server = serve(route)) {
            try (RawClient silent = RawClient.open(server, "/")) {
                journal.session().close(1000, "");
                assertThat(silent.frame().closeCode()).isEqualTo(1000);
                assertThat(silent.ends()).isTrue();
                assertThat(journal.closed().wasClean()).isFalse();
            }
            try (RawClient talker = RawClient.open(server, "/")) {
                journal.session().close(1000, "");
                assertThatThrownBy(() -> {
                            while (true) {
                                talker.text("and another thing");
                            }
                        })
                        .isInstanceOf(java.io.IOException.class);
                CloseEvent event = journal.closed();
                assertThat(event.wasClean()).isFalse();
                assertThat(event.cause()).contains("closeTimeout");
            }
        }
    }

    @Test
    void pingsAndCutsASilentPeer() throws Exception {
        Journal journal = new Journal();
        Route route =
                Route.to(journal).limits(Limits.DEFAULTS.withKeepalive(Duration.ofMillis(200), Duration.ofSeconds(5)));
        try (WebSocketServer server = serve(route);
                RawClient client = RawClient.open(server, "/")) {
            assertThat(client.frame().opcode()).isEqualTo(9);
            client.frame(0x8A, new byte[0]);
            assertThat(client.frame().opcode()).isEqualTo(9);
            assertThat(client.ends()).isTrue();
            CloseEvent event = journal.closed();
            assertThat(event.code()).isEqualTo(1006);
            assertThat(event.cause()).contains("pongTimeout");
        }
    }

    @Test
    void closesAnIdleSession() throws Exception {
        Journal journal = new Journal();
        Route route = Route.to(journal).limits(Limits.DEFAULTS.withIdleTimeout(Duration.ofMillis(200)));
        try (WebSocketServer server = serve(route);
                RawClient client = RawClient.open(server, "/")) {
            RawClient.Frame frame = client.frame();
            assertThat(frame.closeCode()).isEqualTo(1001);
            client.close(1001);
            assertThat(journal.closed().cause()).contains("idleTimeout");
        }
    }

    @Test
    void tellsOfTheEndOnceWhenBothSidesCloseAtOnceF20() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                opened.incrementAndGet();
                super.onOpen(session);
            }
        };
        int rounds = 50;
        try (WebSocketServer server = serve(journal)) {
            for (int round = 0; round < rounds; round++) {
                try (RawClient client = RawClient.open(server, "/")) {
                    Session session = journal.session();
                    List<Thread> threads = new ArrayList<>();
                    for (int t = 0; t < 4; t++) {
                        int number = t;
                        Thread thread = new Thread(() -> {
                            for (int i = 0; i < 20; i++) {
                                session.send("x");
                            }
                            session.close(4000 + number, "");
                        });
                        threads.add(thread);
                        thread.start();
                    }
                    client.close(1000);
                    RawClient.Frame frame = client.frame();
                    while (frame.opcode() == 1) {
                        assertThat(frame.text()).isEqualTo("x");
                        frame = client.frame();
                    }
                    assertThat(frame.opcode()).isEqualTo(8);
                    assertThat(client.ends())
                            .as("nothing after the close frame")
                            .isTrue();
                    for (Thread thread : threads) {
                        thread.join();
                    }
                    assertThat(journal.closed().code()).isEqualTo(1000);
                }
            }
            assertThat(opened).hasValue(rounds);
            assertThat(journal.isEmpty()).isTrue();
        }
    }

    @Test
    void copiesWhatItIsGiven() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = serve(journal);
                RawClient client = RawClient.open(server, "/")) {
            byte[] mine = {1, 1, 1};
            journal.session().send(mine);
            Arrays.fill(mine, (byte) 2);
            assertThat(client.frame().payload()).containsExactly(1, 1, 1);
        }
    }
}
