package dev.duplex.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Latencies in the forms of HdrHistogram: the percentiles that its plotter draws, or, in a file that ends with .hlog, the
 * histogram of each second.
 */
public final class HdrFile {
    private static final double NANOS_PER_MILLI = 1e6;

    private HdrFile() {}

    /** Writes the file anew. */
    public static void write(Path file, BenchResult result) throws IOException {
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".hlog")) {
                log(out, result);
            } else {
                result.latency().outputPercentileDistribution(out, NANOS_PER_MILLI);
            }
            if (out.checkError()) {
                throw new IOException("the disk may be full");
            }
        }
    }

    private static void log(PrintStream out, BenchResult result) {
        HistogramLogWriter log = new HistogramLogWriter(out);
        log.outputComment("[Latencies of duplex bench " + result.plan().shown() + ", in milliseconds]");
        log.outputLogFormatVersion();
        log.outputLegend();
        double begin = 0;
        for (Second second : result.course()) {
            double end = begin + second.seconds();
            if (second.latency().getTotalCount() > 0) {
                log.outputIntervalHistogram(begin, end, second.latency(), NANOS_PER_MILLI);
            }
            begin = end;
        }
    }
}
