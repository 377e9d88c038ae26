package dev.duplex.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.transport.SlowConsumerPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Publishing to the members of a topic, and to everybody. */
class TopicTest {
    private static final Limits QUICK = Limits.DEFAULTS.withCloseTimeout(Duration.ofMillis(100));

    private final Journal journal = new Journal() {
        @Override
        public void onOpen(Session session) throws Exception {
            session.query().all("topic").forEach(session::subscribe);
            super.onOpen(session);
        }

        @Override
        public void onMessage(Session session, Message message) throws Exception {
            String[] words = message.text().split(" ");
            switch (words[0]) {
                case "publish" -> session.publish(words[1], words[2]);
                case "publish2" -> {
                    session.publish(words[1], words[2] + "a");
                    session.publish(words[1], words[2] + "b");
                }
                case "subscribe" -> session.subscribe(words[1]);
                case "unsubscribe" -> session.unsubscribe(words[1]);
                default -> session.send(message);
            }
        }
    };

    private final List<RawClient> clients = new ArrayList<>();

    private WebSocketServer.Builder builder(int loops) {
        return quick().eventLoops(loops).webSocket("/", journal);
    }

    /** Not waiting long for clients that do not answer when it stops. */
    private static WebSocketServer.Builder quick() {
        return WebSocketServer.builder().port(0).limits(QUICK);
    }

    private RawClient member(WebSocketServer server, String query, String... fields) throws Exception {
        RawClient client = RawClient.open(server, "/?" + query, fields);
        clients.add(client);
        return client;
    }

    @AfterEach
    void closeClients() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void publishesToMembersOnAllLoopsAndToNobodyElse() throws Exception {
        try (WebSocketServer server = builder(4).start()) {
            List<RawClient> members = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                members.add(member(server, "topic=news"));
            }
            RawClient other = member(server, "topic=weather");
            for (int i = 0; i < 13; i++) {
                journal.session();
            }
            assertThat(server.topics()).containsExactly("news", "weather");
            assertThat(server.members("news")).hasSize(12);
            assertThat(server.members("nothing")).isEmpty();

            server.publish("news", "hello");
            server.publish("nothing", "nobody");
            for (RawClient member : members) {
                assertThat(member.text()).isEqualTo("hello");
            }
            members.get(0).text("publish news but-me");
            members.get(0).text("echo");
            for (RawClient member : members.subList(1, 12)) {
                assertThat(member.text()).isEqualTo("but-me");
            }
            assertThat(members.get(0).text()).isEqualTo("echo");
            server.publish("news", new byte[] {7});
            assertThat(members.get(5).frame().payload()).containsExactly(7);

            server.broadcast("all");
            assertThat(other.text()).isEqualTo("all");
            server.broadcast(new byte[] {8});
            assertThat(other.frame().payload()).containsExactly(8);
        }
    }

    @Test
    void whatAMemberPublishesWhileItIsDeliveredToReachesAllBehindThat() throws Exception {
        CompletableFuture<Session> first = new CompletableFuture<>();
        WebSocketHandler handler = new WebSocketHandler() {
            @Override
            public void onOpen(Session session) {
                session.subscribe("topic");
                first.complete(session);
            }

            @Override
            public void onMessage(Session session, Message message) throws Exception {
                // So much that it is told to wait, while the loop is held; it goes out with the next delivery.
                Thread other = new Thread(() -> first.join().send("x".repeat(100_000)));
                other.start();
                other.join();
                session.server().publish("topic", "one");
            }

            @Override
            public void onDrain(Session session) {
                session.server().publish("topic", "two");
            }
        };
        try (WebSocketServer server =
                quick().eventLoops(1).webSocket("/", handler).start()) {
            List<RawClient> members = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                members.add(member(server, ""));
            }
            members.get(2).text("go");
            assertThat(members.get(0).text()).hasSize(100_000);
            for (RawClient member : members) {
                assertThat(member.text()).isEqualTo("one");
                assertThat(member.text()).isEqualTo("two");
            }
        }
    }

    /** The loops send the same payload at the same time, and what each notes about it is no other's. */
    @Test
    void membersOnAllLoopsGetWholeWhatSeveralThreadsPublish() throws Exception {
        try (WebSocketServer server = builder(4).start()) {
            List<RawClient> members = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                members.add(member(server, "topic=news"));
                journal.session();
            }
            int each = 24;
            int[] lengths = {100, 5_000, 40_000};
            List<Thread> publishers = new ArrayList<>();
            for (String letter : List.of("a", "b")) {
                Thread publisher = new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        server.publish("news", letter.repeat(lengths[i % lengths.length]));
                    }
                });
                publishers.add(publisher);
                publisher.start();
            }
            for (Thread publisher : publishers) {
                publisher.join();
            }
            for (RawClient member : members) {
                int[] counts = new int[2];
                for (int i = 0; i < 2 * each; i++) {
                    String text = member.text();
                    int publisher = text.charAt(0) - 'a';
                    assertThat(text)
                            .isEqualTo(text.substring(0, 1).repeat(lengths[counts[publisher] % lengths.length]));
                    counts[publisher]++;
                }
                assertThat(counts).containsExactly(each, each);
            }
        }
    }

    @Test
    void whatIsPublishedWhileAHandlerHoldsTheLoopIsBounded() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger dropped = new AtomicInteger();
        ServerMetrics metrics = new ServerMetrics() {
            @Override
            public void sendDropped() {
                dropped.incrementAndGet();
            }
        };
        WebSocketHandler holding = new WebSocketHandler() {
            @Override
            public void onOpen(Session session) {
                session.subscribe("news");
            }

            @Override
            public void onMessage(Session session, Message message) throws InterruptedException {
                held.countDown();
                release.await();
            }
        };
        try (WebSocketServer server = quick().eventLoops(1)
                .metrics(metrics)
                .webSocket("/hold", holding)
                .start()) {
            RawClient client = RawClient.open(server, "/hold");
            clients.add(client);
            client.text("hold");
            held.await();
            byte[] mebibyte = new byte[1024 * 1024];
            for (int i = 0; i < 70; i++) {
                server.publish("news", mebibyte);
            }
            // 63 of a mebibyte and a bit fit into 64 MiB.
            assertThat(dropped).hasValue(7);
            release.countDown();
        }
    }

    @Test
    void whoeverSubscribesASessionAndThenPublishesReachesIt() throws Exception {
        try (WebSocketServer server = builder(2).start()) {
            for (int i = 0; i < 20; i++) {
                RawClient client = member(server, "");
                Session session = journal.session();
                String topic = "topic-" + i;
                // From this thread, which is none of the event loops: as a blocking handler would.
                session.subscribe(topic);
                assertThat(session.topics()).containsExactly(topic);
                server.publish(topic, "welcome");
                session.unsubscribe(topic);
                server.publish(topic, "not any more");
                server.broadcast("done");
                assertThat(client.text()).isEqualTo("welcome");
                assertThat(client.text()).isEqualTo("done");
                client.close();
            }
        }
    }

    @Test
    void aThreadThatPublishesWithoutEndDoesNotKeepTheLoopFromOthers() throws Exception {
        try (WebSocketServer server =
                builder(1).slowConsumers(SlowConsumerPolicy.DROP_NEWEST).start()) {
            member(server, "topic=news");
            RawClient other = member(server, "");
            AtomicBoolean stop = new AtomicBoolean();
            Thread publisher = new Thread(() -> {
                while (!stop.get()) {
                    server.publish("news", "again");
                }
            });
            publisher.start();
            try {
                for (int i = 0; i < 3; i++) {
                    other.text("echo " + i);
                    assertThat(other.text()).isEqualTo("echo " + i);
                }
            } finally {
                stop.set(true);
                publisher.join();
            }
        }
    }

    @Test
    void endsMembershipsWithTheSessionAndTopicsWithTheirMembers() throws Exception {
        try (WebSocketServer server = builder(2).start()) {
            RawClient one = member(server, "topic=a&topic=b&topic=a");
            Session session = journal.session();
            assertThat(session.topics()).containsExactly("a", "b");
            assertThat(server.members("a")).containsExactly(session);

            one.text("unsubscribe a")
                    .text("unsubscribe a")
                    .text("unsubscribe never")
                    .text("done");
            assertThat(one.text()).isEqualTo("done");
            assertThat(server.topics()).containsExactly("b");
            server.publish("a", "not for it");
            one.text("subscribe a").text("again");
            assertThat(one.text()).isEqualTo("again");
            assertThat(server.members("a")).containsExactly(session);

            one.close(1000);
            journal.closed();
            Await.until("no topics", () -> server.topics().isEmpty());
            assertThat(session.topics()).isEmpty();
            session.subscribe("late");
            session.unsubscribe("late");
            member(server, "topic=x");
            journal.session();
            assertThat(server.topics()).containsExactly("x");
        }
    }

    @Test
    void leavesNothingBehindWhenThreadsSubscribeWhileSessionsEnd() throws Exception {
        try (WebSocketServer server = builder(2).start()) {
            for (int round = 0; round < 50; round++) {
                RawClient client = RawClient.open(server, "/");
                Session session = journal.session();
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < 100; i++) {
                        session.subscribe("t" + i);
                        session.topics();
                        if (i % 3 == 0) {
                            session.unsubscribe("t" + i);
                        }
                    }
                });
                thread.start();
                client.reset();
                thread.join();
                journal.closed();
            }
            Await.until("no sessions", () -> server.sessions().isEmpty());
            // A round through both loops, behind whatever the threads have left there.
            RawClient last = member(server, "");
            assertThat(last.text("x").text()).isEqualTo("x");
            Await.until("no topics", () -> server.topics().isEmpty());
        }
    }

    @Test
    void keepsTheOrderOfEachPublisher() throws Exception {
        int publishers = 4;
        int each = 250;
        try (WebSocketServer server = builder(4).start()) {
            List<RawClient> members = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                members.add(member(server, "topic=t"));
                journal.session();
            }
            List<Thread> threads = new ArrayList<>();
            for (int p = 0; p < publishers; p++) {
                int number = p;
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        server.publish("t", number + " " + i);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (RawClient member : members) {
                int[] next = new int[publishers];
                for (int i = 0; i < publishers * each; i++) {
                    String[] words = member.text().split(" ");
                    int publisher = Integer.parseInt(words[0]);
                    assertThat(Integer.parseInt(words[1])).isEqualTo(next[publisher]++);
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void keepsTheOrderOfAHandlerThatPublishes() throws Exception {
        try (WebSocketServer server = builder(3).start()) {
            RawClient publisher = member(server, "");
            List<RawClient> members = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                members.add(member(server, "topic=t"));
            }
            for (int i = 0; i < 7; i++) {
                journal.session();
            }
            for (int i = 0; i < 100; i++) {
                publisher.text("publish2 t " + i);
            }
            for (RawClient member : members) {
                for (int i = 0; i < 100; i++) {
                    assertThat(member.text()).isEqualTo(i + "a");
                    assertThat(member.text()).isEqualTo(i + "b");
                }
            }
        }
    }

    @Test
    void everyMemberCanDecodeWhateverItsCompression() throws Exception {
        Route route = Route.to(journal);
        try (WebSocketServer server = quick().eventLoops(2)
                .webSocket("/", route)
                .webSocket("/own", route.compression(DeflateOptions.DEDICATED))
                .webSocket("/off", route.compression(DeflateOptions.DISABLED))
                .start()) {
            String offer = "Sec-WebSocket-Extensions: permessage-deflate";
            List<InflatingClient> members = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                members.add(new InflatingClient(server, "/?topic=t"));
                members.add(new InflatingClient(server, "/?topic=t", offer));
                members.add(new InflatingClient(server, "/own?topic=t", offer));
                members.add(new InflatingClient(server, "/off?topic=t", offer));
                members.add(new InflatingClient(server, "/own?topic=t", offer + "; server_max_window_bits=9"));
                members.add(new InflatingClient(server, "/?topic=t", offer + "; server_max_window_bits=10"));
                members.add(new InflatingClient(server, "/own?topic=t", offer + "; server_no_context_takeover"));
            }
            for (InflatingClient ignored : members) {
                journal.session();
            }
            List<Session> sessions = server.sessions();
            for (int i = 0; i < 20; i++) {
                String published = i + " " + "tea, coffee, water ".repeat(i % 2 == 0 ? 3 : 300) + i;
                server.publish("t", published);
                String own = "for you alone ".repeat(200) + i;
                for (InflatingClient member : members) {
                    assertThat(member.message()).isEqualTo(published);
                }
                sessions.forEach(session -> session.send(own));
                for (InflatingClient member : members) {
                    assertThat(member.message()).isEqualTo(own);
                }
            }
            assertThat(members.stream().filter(member -> member.compressed > 0)).hasSize(10);
            for (InflatingClient member : members) {
                member.client.close();
                member.inflater.end();
            }
        }
    }

    private static final class InflatingClient {
        final RawClient client;
        final Inflater inflater = new Inflater(true);
        final boolean resets;
        int compressed;

        InflatingClient(WebSocketServer server, String path, String... fields) throws IOException {
            client = RawClient.connect(server).send(RawClient.handshake(path, fields));
            RawClient.Response response = client.response();
            assertThat(response.status()).isEqualTo(101);
            resets = response.field("Sec-WebSocket-Extensions").contains("server_no_context_takeover");
        }

        String message() throws IOException, DataFormatException {
            RawClient.Frame frame = client.frame();
            assertThat(frame.fin()).isTrue();
            if (!frame.compressed()) {
                return frame.text();
            }
            compressed++;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[4096];
            for (byte[] part : List.of(frame.payload(), new byte[] {0, 0, -1, -1})) {
                inflater.setInput(part);
                for (int length = inflater.inflate(chunk); length > 0; length = inflater.inflate(chunk)) {
                    out.write(chunk, 0, length);
                }
            }
            if (resets) {
                inflater.reset();
            }
            return out.toString(UTF_8);
        }
    }

    @Test
    void aSlowMemberDoesNotHoldOthersUpB01B03() throws Exception {
        int messages = 400;
        AtomicInteger dropped = new AtomicInteger();
        ServerMetrics metrics = new ServerMetrics() {
            @Override
            public void sendDropped() {
                dropped.incrementAndGet();
            }
        };
        try (WebSocketServer server = quick().eventLoops(1)
                        .metrics(metrics)
                        .slowConsumers(SlowConsumerPolicy.DROP_OLDEST)
                        .limits(QUICK.withMaxBufferedBytes(256 * 1024))
                        .webSocket("/", journal)
                        .start();
                RawClient slow = RawClient.connect(server, 4 * 1024)) {
            slow.send(RawClient.handshake("/?topic=t"));
            assertThat(slow.response().status()).isEqualTo(101);
            Session slowSession = journal.session();
            RawClient good = member(server, "topic=t");
            journal.session();
            String padding = "x".repeat(64 * 1024);
            for (int i = 0; i < messages; i++) {
                server.publish("t", i + " " + padding);
                assertThat(good.text()).startsWith(i + " ");
            }
            assertThat(dropped.get()).isPositive();
            assertThat(slowSession.bufferedAmount()).isLessThan(1024 * 1024);
            assertThat(slowSession.isOpen()).isTrue();
            // It gets the latest in the end.
            String last;
            do {
                last = slow.text();
            } while (!last.startsWith((messages - 1) + " "));
            assertThat(last).hasSizeGreaterThan(64 * 1024);
        }
    }

    @Test
    void keepsTheLatestOfATopicUnderConflate() throws Exception {
        try (WebSocketServer server = quick().eventLoops(1)
                        .slowConsumers(SlowConsumerPolicy.CONFLATE)
                        .webSocket("/", journal)
                        .start();
                RawClient slow = RawClient.connect(server, 4 * 1024)) {
            slow.send(RawClient.handshake("/?topic=t"));
            assertThat(slow.response().status()).isEqualTo(101);
            journal.session();
            String padding = "x".repeat(64 * 1024);
            for (int i = 0; i < 300; i++) {
                server.publish("t", i + " " + padding);
            }
            int seen = 0;
            String last;
            do {
                last = slow.text();
                seen++;
            } while (!last.startsWith("299 "));
            assertThat(seen).isLessThan(300);
        }
    }
}
