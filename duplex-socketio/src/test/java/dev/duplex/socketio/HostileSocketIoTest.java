package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.engine.Http;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What no honest client of Socket.IO sends. The names begin with the rows of docs/security.md; {@code scripts/hostile}
 * runs those of many clients in full size.
 */
class HostileSocketIoTest {
    private static final boolean FULL = Boolean.getBoolean("duplex.hostile.full");
    private static final String WEBSOCKET = "?EIO=4&transport=websocket";
    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";

    private SocketIoServer io;
    private WebSocketServer server;

    private void start(UnaryOperator<SocketIoServer.Builder> settings) {
        io = settings.apply(SocketIoServer.builder()).build();
        io.onConnection(socket ->
                socket.on("echo", (args, ack) -> ack.send(args.values().toArray())));
        server = io.attach(WebSocketServer.builder().port(0).eventLoops(1)).start();
    }

    /** A connection in the main namespace. */
    private Http.Frames connected() throws Exception {
        Http.Frames frames = new Http(server, "/socket.io/").webSocket(WEBSOCKET);
        assertThat(frames.next()).startsWith("0{");
        frames.send("40");
        assertThat(frames.next()).startsWith("40{");
        return frames;
    }

    private void assertThatOthersAreServed() throws Exception {
        Http.Frames honest = connected();
        honest.send("421[\"echo\",\"still here\"]");
        assertThat(honest.next()).isEqualTo("431[\"still here\"]");
        honest.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    // --------------------------------------------------------------------------------------------------------- packets

    static List<String> countsOfAttachments() {
        return List.of(
                "45999999999-[\"echo\"]",
                "45999999999999999999999999-[\"echo\"]",
                "4511-[\"echo\"]",
                "45-1-[\"echo\"]",
                "451.5-[\"echo\"]",
                "45-[\"echo\"]",
                "451[\"echo\"]",
                "4611-1[]");
    }

    @ParameterizedTest(name = "S01 {0} ends the connection")
    @MethodSource("countsOfAttachments")
    void refusesCountsOfAttachmentsThatAreNone(String packet) throws Exception {
        start(builder -> builder);
        Http.Frames frames = connected();
        frames.send(packet);
        assertThat(frames.next()).isEqualTo("end 1000");
        assertThatOthersAreServed();
    }

    @Test
    @DisplayName("S01 attachments that are announced and never sent cost nothing, and no other packet may come instead")
    void attachmentsThatNeverComeCostNothing() throws Exception {
        start(builder -> builder.pingInterval(Duration.ofMinutes(10)));
        int clients = 200;
        List<Http.Frames> idle = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            idle.add(connected());
        }
        long before = heap();
        for (Http.Frames frames : idle) {
            frames.send("4510-[\"echo\",{\"_placeholder\":true,\"num\":0}]");
            frames.send(new byte[] {1});
        }
        assertThatOthersAreServed();
        assertThat((heap() - before) / clients).as("bytes for each").isLessThan(2_048);
        for (Http.Frames frames : idle) {
            frames.send("421[\"echo\"]");
            assertThat(frames.next()).isEqualTo("end 1000");
        }
        await("all have gone", () -> io.engine().clientsCount() == 0);
    }

    @ParameterizedTest(name = "S02 a placeholder {0} ends the connection")
    @ValueSource(strings = {"-1", "1", "1000000000", "1e9", "0.5", "\"a\"", "\"0\"", "null", "true", "[0]", "{}", ""})
    void refusesPlaceholdersOfNoAttachment(String number) throws Exception {
        start(builder -> builder);
        Http.Frames frames = connected();
        String named = number.isEmpty() ? "" : ",\"num\":" + number;
        frames.send("451-[\"echo\",{\"_placeholder\":true" + named + "}]");
        frames.sendUnlessEnded(new byte[] {1});
        assertThat(frames.next()).isEqualTo("end 1000");
        Http.Frames text = connected();
        text.send("42[\"echo\",{\"_placeholder\":true" + named + "}]");
        assertThat(text.next()).as("in an event without attachments").isEqualTo("end 1000");
        assertThatOthersAreServed();
    }

    @ParameterizedTest(name = "S03 an event named {0} ends the connection")
    @ValueSource(
            strings = {
                "{}",
                "{\"toString\":1}",
                "[\"echo\"]",
                "null",
                "true",
                "\"connect\"",
                "\"connect_error\"",
                "\"disconnect\"",
                "\"disconnecting\"",
                "\"newListener\"",
                "\"removeListener\""
            })
    void refusesNamesThatAreNone(String name) throws Exception {
        start(builder -> builder);
        for (String packet : List.of("42[" + name + "]", "421[" + name + ",1]", "451-[" + name + "]")) {
            Http.Frames frames = connected();
            frames.send(packet);
            if (packet.startsWith("45")) {
                frames.sendUnlessEnded(new byte[] {1});
            }
            assertThat(frames.next()).as(packet).isEqualTo("end 1000");
        }
        assertThatOthersAreServed();
    }

    static Map<String, String> documents() {
        StringBuilder colliding = new StringBuilder("{");
        // "Aa" and "BB" have the same hash, and so have all keys made of sixteen of them.
        for (int i = 0; i < 1 << 14; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 14; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            colliding.append(i == 0 ? "" : ",").append('"').append(key).append("\":1");
        }
        colliding.append('}');
        return Map.of(
                "lists 100,000 deep",
                "[".repeat(100_000) + "]".repeat(100_000),
                "objects 100,000 deep",
                "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000),
                "lists that do not end",
                "[".repeat(400_000),
                "a number of 900,000 digits",
                "9".repeat(900_000),
                "an exponent of 900,000 digits",
                "1e" + "9".repeat(900_000),
                "an exponent beyond all measure",
                "1e999999999",
                "keys of one hash",
                colliding.toString());
    }

    static List<String> namesOfDocuments() {
        return documents().keySet().stream().sorted().toList();
    }

    @ParameterizedTest(name = "S08 {0}: an error or an answer, and nobody waits for long")
    @MethodSource("namesOfDocuments")
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void readsHostileJsonOrRefusesIt(String name) throws Exception {
        start(builder -> builder);
        Http.Frames frames = connected();
        String json = documents().get(name);
        frames.send("421[\"echo\"," + json + "]");
        String answer = frames.next();
        if (name.startsWith("keys")) {
            assertThat(answer).hasSize(json.length() + "431[]".length());
        } else if (name.equals("an exponent beyond all measure")) {
            assertThat(answer).startsWith("431[");
        } else {
            assertThat(answer).isEqualTo("end 1000");
        }
        assertThatOthersAreServed();
    }

    // --------------------------------------------------------------------------------------------------------- polling

    /** A connection that is kept for many requests. */
    private static final class Connection implements AutoCloseable {
        private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

        private final java.net.Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Connection(int port) throws IOException {
            socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        void write(String bytes) throws IOException {
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Status and body. */
        String response() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
                int next = in.read();
                assertThat(next).as("after %s", head).isNotNegative();
                head.append((char) next);
            }
            Matcher length = LENGTH.matcher(head);
            assertThat(length.find()).as(head.toString()).isTrue();
            byte[] body = in.readNBytes(Integer.parseInt(length.group(1)));
            return head.substring(9, 12) + " " + new String(body, StandardCharsets.ISO_8859_1);
        }

        String get(String target) throws IOException {
            write("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return response();
        }

        String post(String target, String body) throws IOException {
            write("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body);
            return response();
        }

        /** A new session; the target of its requests. */
        String open() throws IOException {
            String answer = get(POLLING);
            Matcher id = Pattern.compile("\"sid\":\"([^\"]+)\"").matcher(answer);
            assertThat(id.find()).as(answer).isTrue();
            return POLLING + "&sid=" + id.group(1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    @Tag("S04")
    @DisplayName("S04 a body of 100 MB is refused when it is announced, or as soon as it is too large")
    void refusesBodiesBeyondTheBound() throws Exception {
        start(builder -> builder);
        for (String framing : List.of("Content-Length: 100000000", "Transfer-Encoding: chunked")) {
            try (Connection connection = new Connection(server.port())) {
                String target = connection.open();
                connection.write("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n");
                if (framing.startsWith("Transfer")) {
                    String chunk = "40000\r\n" + "4".repeat(0x40000) + "\r\n";
                    for (int i = 0; i < 4; i++) {
                        connection.write(chunk);
                    }
                }
                assertThat(connection.response()).startsWith("413 ");
            }
        }
        assertThatOthersAreServed();
    }

    static Map<String, String> bodies() {
        return Map.of(
                "half a million empty packets", "\u001e".repeat(500_000),
                "half a million messages", "4\u001e".repeat(499_999) + "4",
                "base64 that is none", "b####",
                "base64 that is cut", "bAAA",
                "a type that is none", "9",
                "bytes that are no UTF-8", "4\u00ff\u00fe");
    }

    static List<String> namesOfBodies() {
        return bodies().keySet().stream().sorted().toList();
    }

    @ParameterizedTest(name = "S04 {0} in one body end the session")
    @MethodSource("namesOfBodies")
    void endsSessionsOfMalformedBodies(String name) throws Exception {
        start(builder -> builder);
        try (Connection connection = new Connection(server.port())) {
            String target = connection.open();
            // Where the packets are, what they say is not: an empty message is no packet of Socket.IO.
            assertThat(connection.post(target, bodies().get(name))).matches("(?s)(400|200) .*");
            // An orderly end waits for a GET, as long as Node's server does; a session that has ended answers 400.
            assertThat(connection.get(target)).matches("(?s)(400 .*|200 .*1)");
            await("the session has ended", () -> io.engine().clientsCount() == 0);
        }
        assertThatOthersAreServed();
    }

    @Test
    @Tag("S04")
    @DisplayName("S04 half a million packets that mean nothing leave nothing, and the session goes on")
    void manyPacketsLeaveNothing() throws Exception {
        start(builder -> builder);
        try (Connection connection = new Connection(server.port())) {
            String target = connection.open();
            connection.post(target, "6");
            long before = heap();
            assertThat(connection.post(target, "6\u001e".repeat(499_999) + "6")).isEqualTo("200 ok");
            assertThat(heap() - before).isLessThan(1_000_000);
            assertThat(connection.post(target, "40")).isEqualTo("200 ok");
            assertThat(connection.get(target)).startsWith("200 40{");
        }
    }

    @Test
    @Tag("S05")
    @DisplayName("S05 sessions that are opened and abandoned cost at most 4 KiB each")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void abandonedSessionsCostLittle() throws Exception {
        start(builder -> builder.pingInterval(Duration.ofMinutes(10)).connectTimeout(Duration.ofMinutes(10)));
        int sessions = FULL ? 50_000 : 2_000;
        try (Connection connection = new Connection(server.port())) {
            for (int i = 0; i < 1_000; i++) {
                connection.open();
            }
            long before = heap();
            for (int i = 0; i < sessions; i++) {
                connection.open();
            }
            long each = (heap() - before) / sessions;
            report("S05: %,d sessions that poll, %,d bytes of heap each", sessions, each);
            assertThat(each).isBetween(1L, 4_096L);
            assertThat(io.engine().clientsCount()).isEqualTo(1_000 + sessions);
        }
    }

    @ParameterizedTest(name = "S05 sessions that are opened and abandoned leave nothing, in a namespace: {0}")
    @ValueSource(booleans = {false, true})
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void abandonedSessionsLeaveNothing(boolean inANamespace) throws Exception {
        start(builder -> builder.pingInterval(Duration.ofMillis(1500))
                .pingTimeout(Duration.ofMillis(1500))
                .connectTimeout(Duration.ofSeconds(30)));
        io.onConnection(socket -> socket.join("room"));
        abandon(500, inANamespace);
        await("the first have gone", () -> io.engine().clientsCount() == 0);
        long before = heap();
        abandon(FULL ? 50_000 : 2_000, inANamespace);
        await("all have gone", () -> io.engine().clientsCount() == 0);
        await("all have left", () -> io.sockets().sockets().isEmpty());
        assertThat(io.sockets().adapter().rooms()).isEmpty();
        await("the heap is what it was, give or take 2 %", () -> heap() <= before * 102 / 100);
    }

    private void abandon(int sessions, boolean inANamespace) throws IOException {
        try (Connection connection = new Connection(server.port())) {
            for (int i = 0; i < sessions; i++) {
                String target = connection.open();
                if (inANamespace) {
                    assertThat(connection.post(target, "40")).isEqualTo("200 ok");
                }
            }
        }
    }

    // ---------------------------------------------------------------------------------------------------------- limits

    @Test
    @Tag("S09")
    @DisplayName(
            "S09 100,000 namespaces that there are not cost nothing; of those that begin, the server keeps maxNamespaces")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void namespacesAreBounded() throws Exception {
        start(builder -> builder.maxNamespaces(50).pingInterval(Duration.ofMinutes(10)));
        io.of(Pattern.compile("^/n\\d+$"));
        Http.Frames frames = connected();
        int names = FULL ? 100_000 : 5_000;
        askForNone(frames, 1_000);
        long before = heap();
        askForNone(frames, names);
        // Java's smallest object takes 16 bytes: there is none for each of them.
        assertThat((heap() - before) / names).isLessThan(16);
        for (int i = 0; i < 60; i++) {
            frames.send("40/n" + i + ",");
            assertThat(frames.next()).startsWith(i < 49 ? "40/n" + i : "44/n" + i);
        }
        assertThat(io.namespaces()).hasSize(50);
        frames.send("40/" + "9".repeat(2_000) + ",");
        assertThat(frames.next()).as("a name of more than 1,024 characters").isEqualTo("end 1000");
    }

    private static void askForNone(Http.Frames frames, int names) throws Exception {
        for (int i = 0; i < names; i++) {
            frames.send("40/x" + i + ",");
            assertThat(frames.next()).isEqualTo("44/x" + i + ",{\"message\":\"Invalid namespace\"}");
        }
    }

    @ParameterizedTest(name = "S09 the acknowledgement {0} ends the connection")
    @ValueSource(strings = {"9007199254740992", "99999999999999999999999"})
    void refusesNumbersThatJavaScriptHasNot(String id) throws Exception {
        start(builder -> builder);
        Http.Frames frames = connected();
        frames.send("42" + id + "[\"echo\"]");
        assertThat(frames.next()).isEqualTo("end 1000");
        Http.Frames answer = connected();
        answer.send("439007199254740991[\"to nobody\"]");
        answer.send("421[\"echo\"]");
        assertThat(answer.next()).as("an answer that nobody waits for").isEqualTo("431[]");
    }

    // -------------------------------------------------------------------------------------------------------- recovery

    @Test
    @Tag("S10")
    @DisplayName("S10 who names another's pid, or an event that was not, is a newcomer; middlewares are asked again")
    void forgedRecoveriesAreNewcomers() throws Exception {
        start(builder -> builder.connectionStateRecovery(ConnectionStateRecovery.DEFAULTS));
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        io.use((socket, next) -> {
            asked.add(socket.recovered() ? "recovered" : "new");
            next.proceed();
        });
        io.onConnection(socket -> socket.emit("event"));
        Http.Frames frames = new Http(server, "/socket.io/").webSocket(WEBSOCKET);
        frames.next();
        frames.send("40");
        String connected = frames.next();
        String pid = found("\"pid\":\"([^\"]+)\"", connected);
        String offset = found("\\[\"event\",\"([^\"]+)\"", frames.next());
        frames.abort();
        await("it is known to be lost", () -> io.sockets().sockets().isEmpty());
        assertThat(asked.poll(30, TimeUnit.SECONDS)).isEqualTo("new");

        for (String forged : List.of(
                "{\"pid\":\"" + "A".repeat(20) + "\",\"offset\":\"" + offset + "\"}",
                "{\"pid\":\"" + pid + "\",\"offset\":\"other\"}",
                "{\"pid\":{\"a\":1},\"offset\":[1]}",
                "{\"pid\":\"" + pid + "\"}")) {
            assertThat(recovered(forged)).as(forged).isNotEqualTo(pid);
            assertThat(asked.poll(30, TimeUnit.SECONDS)).isEqualTo("new");
        }
        String own = "{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}";
        assertThat(recovered(own)).isEqualTo(pid);
        assertThat(asked.poll(30, TimeUnit.SECONDS))
                .as("asked again by default")
                .isEqualTo("recovered");
        assertThat(recovered(own)).as("once").isNotEqualTo(pid);
    }

    private String recovered(String auth) throws Exception {
        Http.Frames frames = new Http(server, "/socket.io/").webSocket(WEBSOCKET);
        frames.next();
        frames.send("40" + auth);
        return found("\"pid\":\"([^\"]+)\"", frames.next());
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    // ---------------------------------------------------------------------------------------------------------- memory

    /** Bytes in use right after a complete collection. */
    private static long heap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    private static void report(String format, Object... arguments) {
        if (FULL) {
            System.out.printf(format + "%n", arguments);
        }
    }
}
