package dev.duplex.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.HistogramIterationValue;

/** A result as one page that needs nothing else: the figures, latency by percentile, and the run over time. */
public final class HtmlReport {
    private static final String TEMPLATE = "report.html";
    private static final String PLACE = "\"@result@\"";

    /** So many points for each halving of what is left to 100 %. */
    private static final int POINTS = 5;

    private static final double NANOS_PER_MILLI = 1e6;

    private HtmlReport() {}

    /** The page. */
    public static String write(BenchResult result) {
        ObjectNode node = JsonReport.node(result);
        ArrayNode course = node.putArray("course");
        result.course().forEach(second -> course.add(JsonReport.node(second)));
        node.put("latencyIs", Words.ofLatency(result.plan()));
        ArrayNode percentiles = node.putArray("percentiles");
        for (HistogramIterationValue value : result.latency().percentiles(POINTS)) {
            percentiles
                    .addArray()
                    .add(value.getPercentileLevelIteratedTo())
                    .add(Math.min(value.getValueIteratedTo(), result.latency().getMaxValue()) / NANOS_PER_MILLI);
        }
        // In a script element, text ends at the first "</script", and "<!--" changes how it is read.
        return template().replace(PLACE, node.toString().replace("<", "\\u003c"));
    }

    private static String template() {
        try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
