package dev.duplex.cli.ping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** For programs: one JSON object in each line; times in milliseconds. */
public final class JsonReport implements PingReport {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final int DIGITS = 6;

    private final PrintWriter out;
    private final String url;
    private final boolean quiet;

    /**
     * A report.
     *
     * @param quiet whether the statistics are enough
     */
    public JsonReport(PrintWriter out, String url, boolean quiet) {
        this.out = out;
        this.url = url;
        this.quiet = quiet;
    }

    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private void line(String type, Fields fields) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("type", type);
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println(line);
        out.flush();
    }

    private static void millis(JsonGenerator json, String field, double millis) throws IOException {
        json.writeNumberField(field, BigDecimal.valueOf(millis).setScale(DIGITS, RoundingMode.HALF_UP));
    }

    private static void millis(JsonGenerator json, String field, Duration time) throws IOException {
        json.writeNumberField(field, BigDecimal.valueOf(time.toNanos(), DIGITS));
    }

    @Override
    public void opened(Duration after) {
        if (!quiet) {
            line("open", json -> {
                json.writeStringField("url", url);
                millis(json, "ms", after);
            });
        }
    }

    private void ping(String type, long number, Duration time) {
        if (!quiet) {
            line(type, json -> {
                json.writeNumberField("seq", number);
                millis(json, "ms", time);
            });
        }
    }

    @Override
    public void answered(long number, Duration roundTrip) {
        ping("answer", number, roundTrip);
    }

    @Override
    public void lost(long number, Duration waited) {
        ping("lost", number, waited);
    }

    @Override
    public void late(long number, Duration roundTrip) {
        ping("late", number, roundTrip);
    }

    @Override
    public void statistics(Statistics statistics) {
        line("statistics", json -> {
            json.writeStringField("url", url);
            json.writeNumberField("sent", statistics.sent());
            json.writeNumberField("answered", statistics.answered());
            json.writeNumberField("lost", statistics.lost());
            millis(json, "ms", statistics.time());
            if (statistics.answered() > 0) {
                millis(json, "min", statistics.min());
                millis(json, "avg", statistics.mean());
                millis(json, "max", statistics.max());
                millis(json, "mdev", statistics.deviation());
                millis(json, "p50", statistics.p50());
                millis(json, "p90", statistics.p90());
                millis(json, "p99", statistics.p99());
            }
        });
    }
}
