package dev.duplex.cli.serve;

import dev.duplex.core.Violation;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.ServerMetrics;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts what happens, and tells it in the text format of Prometheus (version 0.0.4), which is a line for each number. A
 * registry would be more code than this, and would have to be loaded at each start.
 */
public final class Stats implements ServerMetrics {
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final Map<String, LongAdder> closes = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
    private final LongAdder textIn = new LongAdder();
    private final LongAdder binaryIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder messagesOut = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder pongs = new LongAdder();
    private final LongAdder pongNanos = new LongAdder();
    private final Map<String, LongAdder> violations = new ConcurrentHashMap<>();
    private final LongAdder started = new LongAdder();
    private final LongAdder notStarted = new LongAdder();
    private final Map<String, LongAdder> ended = new ConcurrentHashMap<>();
    private volatile LongSupplier buffered = () -> 0;
    private volatile LongSupplier running = () -> 0;

    /** A program runs. */
    void started() {
        started.increment();
    }

    /** A program could not be started. */
    void notStarted() {
        notStarted.increment();
    }

    /** A program has ended. */
    void ended(ExitStatus how) {
        count(ended, how.value() == 0 ? "success" : how.toString().startsWith("signal") ? "signal" : "failure");
    }

    /** What tells how many programs run. */
    public void running(LongSupplier gauge) {
        running = gauge;
    }

    @Override
    public void connectionOpened() {
        opened.increment();
    }

    @Override
    public void connectionClosed(int code) {
        closed.increment();
        // Anybody can send any code, and each would be a row for ever.
        count(closes, code < 3000 ? Integer.toString(code) : code < 4000 ? "3xxx" : "4xxx");
    }

    @Override
    public void handshakeRefused(int status) {
        count(refused, Integer.toString(status));
    }

    @Override
    public void messageReceived(boolean text, long bytes) {
        (text ? textIn : binaryIn).increment();
        bytesIn.add(bytes);
    }

    @Override
    public void messageSent(long bytes) {
        messagesOut.increment();
        bytesOut.add(bytes);
    }

    @Override
    public void pingRoundTrip(long nanos) {
        pongs.increment();
        pongNanos.add(nanos);
    }

    @Override
    public void sendDropped() {
        dropped.increment();
    }

    @Override
    public void violation(Violation violation) {
        count(violations, violation.name().toLowerCase(java.util.Locale.ROOT));
    }

    @Override
    public void bytesBuffered(LongSupplier gauge) {
        buffered = gauge;
    }

    private static void count(Map<String, LongAdder> counters, String label) {
        counters.computeIfAbsent(label, key -> new LongAdder()).increment();
    }

    /** Answers with all numbers. */
    public HttpHandler handler() {
        return HttpHandler.of(request -> HttpResponse.bytes(TYPE, text().getBytes(StandardCharsets.UTF_8)));
    }

    String text() {
        Page page = new Page();
        page.number("gauge", "connections", "Open connections.", opened.sum() - closed.sum());
        page.number("counter", "connections_opened_total", "Connections since the start.", opened.sum());
        page.rows("connections_closed_total", "Connections that have ended, by close code.", "code", closes);
        page.rows("handshakes_refused_total", "Opening handshakes refused, by HTTP status.", "status", refused);
        page.family("counter", "messages_received_total", "Messages of clients.");
        page.row("messages_received_total", "type", "text", textIn.sum());
        page.row("messages_received_total", "type", "binary", binaryIn.sum());
        page.number("counter", "received_bytes_total", "Their payload.", bytesIn.sum());
        page.number("counter", "messages_sent_total", "Messages to clients.", messagesOut.sum());
        page.number("counter", "sent_bytes_total", "Their payload.", bytesOut.sum());
        page.number("counter", "messages_dropped_total", "Messages that slow clients did not get.", dropped.sum());
        page.number("gauge", "send_buffer_bytes", "What waits for clients.", buffered.getAsLong());
        page.number("counter", "pongs_total", "Answers to our pings.", pongs.sum());
        page.seconds("pong_seconds_total", "The time between the two, all together.", pongNanos.sum());
        page.rows("violations_total", "Rules of the protocol that clients have broken.", "rule", violations);
        page.number("gauge", "programs", "Programs that run.", running.getAsLong());
        page.number("counter", "programs_started_total", "Programs started.", started.sum());
        page.number("counter", "programs_not_started_total", "Programs that could not be started.", notStarted.sum());
        page.rows("programs_ended_total", "Programs that have ended.", "how", ended);
        return page.text.toString();
    }

    /** Prometheus's text format. */
    private static final class Page {
        private final StringBuilder text = new StringBuilder();

        void family(String type, String name, String help) {
            text.append("# HELP duplex_").append(name).append(' ').append(help).append('\n');
            text.append("# TYPE duplex_").append(name).append(' ').append(type).append('\n');
        }

        void number(String type, String name, String help, long value) {
            family(type, name, help);
            text.append("duplex_").append(name).append(' ').append(value).append('\n');
        }

        void seconds(String name, String help, long nanos) {
            family("counter", name, help);
            text.append("duplex_").append(name).append(' ').append(nanos / 1e9).append('\n');
        }

        void rows(String name, String help, String label, Map<String, LongAdder> counters) {
            family("counter", name, help);
            new TreeMap<>(counters).forEach((value, count) -> row(name, label, value, count.sum()));
        }

        void row(String name, String label, String value, long count) {
            text.append("duplex_")
                    .append(name)
                    .append('{')
                    .append(label)
                    .append("=\"")
                    .append(value);
            text.append("\"} ").append(count).append('\n');
        }
    }
}
