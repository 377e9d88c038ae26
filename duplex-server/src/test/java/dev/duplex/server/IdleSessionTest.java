package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What an idle session keeps in memory, object by object, counted by the JVM after a full collection. It holds for a JVM
 * with compressed references and headers of 12 bytes, as every one is by default below 32 GiB.
 */
class IdleSessionTest {
    private static final int FEW = 64;
    private static final int MANY = 512;

    private static ServerJvm jvm;
    private static int port;

    /** The server of the README. */
    static final class Echo implements Hosted {
        private static final Pattern ROW =
                Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)", Pattern.MULTILINE);

        @Override
        public WebSocketServer.Builder server() {
            return WebSocketServer.builder().webSocket("/echo", WebSocketHandler.onMessage(Session::send));
        }

        /** Every class with its objects and their bytes. */
        @Override
        public String ask(WebSocketServer server, String question) throws Exception {
            Object histogram = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            StringBuilder rows = new StringBuilder();
            for (Matcher row = ROW.matcher((String) histogram); row.find(); ) {
                rows.append(row.group(3))
                        .append('=')
                        .append(row.group(1))
                        .append('=')
                        .append(row.group(2))
                        .append(' ');
            }
            return rows.toString();
        }
    }

    private record Objects(long count, long bytes) {
        static final Objects NONE = new Objects(0, 0);

        /** For each of so many sessions that are there and were not before; what several share rounds to none. */
        Objects each(Objects before, int sessions) {
            return new Objects(
                    Math.round((count - before.count) / (double) sessions),
                    Math.round((bytes - before.bytes) / (double) sessions));
        }

        @Override
        public String toString() {
            return count + " with " + bytes + " bytes";
        }
    }

    @BeforeAll
    static void start() throws IOException {
        jvm = ServerJvm.start();
        port = jvm.serve(Echo.class);
    }

    @AfterAll
    static void stop() throws Exception {
        jvm.assertNothingFailed();
        jvm.close();
    }

    private static Map<String, Objects> objects() {
        Map<String, Objects> objects = new TreeMap<>();
        for (String row : jvm.ask(port, "objects").split(" ")) {
            String[] parts = row.split("=");
            objects.put(parts[0], new Objects(Long.parseLong(parts[1]), Long.parseLong(parts[2])));
        }
        return objects;
    }

    private static Map<String, Objects> objectsOfOneMore() throws IOException {
        try (Crowd few = Crowd.open(port, FEW, "/echo")) {
            jvm.footprint("the first are there", now -> now.sessions() == FEW);
            Map<String, Objects> before = objects();
            try (Crowd many = Crowd.open(port, MANY, "/echo")) {
                jvm.footprint("all are there", now -> now.sessions() == FEW + MANY);
                Map<String, Objects> each = new TreeMap<>();
                objects()
                        .forEach((type, now) ->
                                each.put(type, now.each(before.getOrDefault(type, Objects.NONE), MANY)));
                each.values().removeIf(Objects.NONE::equals);
                assertThat(many).hasSize(MANY);
                assertThat(few).hasSize(FEW);
                return each;
            }
        }
    }

    @Test
    void keepsTheseObjectsOfOursAndNoOthers() throws IOException {
        Map<String, Objects> each = objectsOfOneMore();
        long all = each.values().stream().mapToLong(Objects::bytes).sum();
        assertThat(each.entrySet().stream()
                        .filter(entry -> entry.getKey().contains("dev.duplex")
                                && entry.getValue().count() > 0)
                        .map(entry -> entry.getKey() + ": " + entry.getValue()))
                .containsExactly(
                        "[Ldev.duplex.core.handshake.HttpFields$Field;: 1 with 40 bytes",
                        "dev.duplex.core.WebSocketProtocol: 1 with 40 bytes",
                        "dev.duplex.core.handshake.HttpFields: 1 with 16 bytes",
                        "dev.duplex.core.handshake.HttpFields$Field: 1 with 24 bytes", // Sec-WebSocket-Key
                        "dev.duplex.server.HttpRequest: 1 with 56 bytes",
                        "dev.duplex.server.UpgradeRequest: 1 with 24 bytes",
                        "dev.duplex.server.internal.ServerSession: 1 with 72 bytes",
                        "dev.duplex.transport.internal.Deadlines: 1 with 64 bytes",
                        "dev.duplex.transport.internal.Outbox: 1 with 88 bytes",
                        "dev.duplex.transport.internal.WebSocketConnection: 1 with 64 bytes");
        // With what Netty and the JDK have for each connection.
        assertThat(all).isLessThanOrEqualTo(1_700);
    }
}
