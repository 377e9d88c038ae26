package dev.duplex.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * What must hold of a result, such as {@code p99<50ms}.
 *
 * @param metric what is compared, as typed
 * @param comparison one of {@code <}, {@code <=}, {@code >}, {@code >=}
 * @param limit in the unit of the metric: milliseconds, a share, a number
 * @param text all of it, as typed
 */
public record Threshold(String metric, String comparison, double limit, String text) {
    private static final Pattern CONDITION =
            Pattern.compile("([a-z]+(?:-p[0-9.]+|[0-9.]+)?)\\s*(<=|>=|<|>)\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([a-zµ%/]*)");
    private static final Pattern PERCENTILE = Pattern.compile("(?:(connect|lateness)-)?p([0-9]{1,2}(?:\\.[0-9]+)?)");
    private static final double PERCENT = 100;

    private static final Map<String, Double> TIMES = Map.of("ns", 1e-6, "us", 1e-3, "µs", 1e-3, "ms", 1.0, "s", 1e3);
    private static final Map<String, Double> SIZES =
            Map.of("", 1.0, "b", 1.0, "k", 1024.0, "kib", 1024.0, "m", 1048576.0, "mib", 1048576.0, "g", 1073741824.0);
    private static final Map<String, Double> RATES = Map.of("", 1.0, "/s", 1.0);
    private static final Map<String, Double> PLAIN = Map.of("", 1.0);
    private static final Map<String, Double> SHARE = Map.of("", 1.0, "%", 1.0);

    private static final Map<String, ToDoubleFunction<BenchResult>> COUNTS = Map.of(
            "failed", result -> result.all().failed,
            "lost", result -> result.all().lost,
            "wrong", result -> result.measured().wrong,
            "unanswered", BenchResult::unanswered,
            "connections", BenchResult::connections);

    private static final String KNOWN =
            "p50, p99, p99.9 and the like, mean, max, connect-p99, lateness-p99, errors, failed,"
                    + " lost, wrong, unanswered, connections, sent, received, cpu, rss";

    /**
     * How one turned out.
     *
     * @param actual in words
     */
    public record Outcome(Threshold threshold, String actual, boolean held) {}

    /**
     * Reads conditions with commas between.
     *
     * @throws IllegalArgumentException if one is none
     */
    public static List<Threshold> parse(String conditions) {
        List<Threshold> thresholds = new ArrayList<>();
        for (String condition : conditions.split(",", -1)) {
            thresholds.add(one(condition.strip()));
        }
        return thresholds;
    }

    private static Threshold one(String text) {
        Matcher matcher = CONDITION.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected conditions such as p99<50ms or errors<0.1% but got '" + text + "'");
        }
        String metric = matcher.group(1);
        String unit = matcher.group(4);
        Double factor = units(metric).get(unit);
        if (factor == null) {
            throw new IllegalArgumentException(
                    "in '" + text + "', the unit " + (unit.isEmpty() ? "is missing" : "is '" + unit + "'")
                            + ": expected one of " + unitsInWords(metric));
        }
        // Errors in per cent are a share; without it they are counted.
        String name = metric.equals("errors") && unit.equals("%") ? "errors%" : metric;
        return new Threshold(name, matcher.group(2), factor * Double.parseDouble(matcher.group(3)), text);
    }

    private static Map<String, Double> units(String metric) {
        if (PERCENTILE.matcher(metric).matches()
                || metric.equals("mean")
                || metric.equals("max")
                || metric.equals("cpu")) {
            return TIMES;
        }
        return switch (metric) {
            case "errors" -> SHARE;
            case "sent", "received" -> RATES;
            case "rss" -> SIZES;
            default -> {
                if (COUNTS.containsKey(metric)) {
                    yield PLAIN;
                }
                throw new IllegalArgumentException("expected one of " + KNOWN + " but got '" + metric + "'");
            }
        };
    }

    private static String unitsInWords(String metric) {
        return units(metric).keySet().stream()
                .filter(unit -> !unit.isEmpty())
                .sorted()
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
    }

    Outcome outcome(BenchResult result) {
        OptionalDouble value = value(result);
        if (value.isEmpty()) {
            return new Outcome(this, "not measured", false);
        }
        double actual = value.getAsDouble();
        boolean held = switch (comparison) {
            case "<" -> actual < limit;
            case "<=" -> actual <= limit;
            case ">" -> actual > limit;
            default -> actual >= limit;
        };
        return new Outcome(this, inWords(actual), held);
    }

    private OptionalDouble value(BenchResult result) {
        Matcher percentile = PERCENTILE.matcher(metric);
        if (percentile.matches()) {
            String of = percentile.group(1);
            Histogram histogram = of == null
                    ? result.latency()
                    : of.equals("connect") ? result.connects().total() : result.lateness();
            return measured(histogram, Figures.millis(histogram, Double.parseDouble(percentile.group(2))));
        }
        return switch (metric) {
            case "mean" -> measured(result.latency(), result.latency().getMean() / 1e6);
            case "max" -> measured(result.latency(), Figures.maxMillis(result.latency()));
            case "errors" -> OptionalDouble.of(result.errors());
            case "errors%" -> OptionalDouble.of(PERCENT * result.errorRate());
            case "sent" -> OptionalDouble.of(result.measured().sent / result.seconds());
            case "received" -> OptionalDouble.of(result.measured().received / result.seconds());
            case "cpu" ->
                result.server() == null || result.units() == 0
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(result.server().cpuMicros(result.units()) / 1e3);
            case "rss" ->
                result.server() == null
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(result.server().until().rssBytes());
            default ->
                OptionalDouble.of(
                        Objects.requireNonNull(COUNTS.get(metric), metric).applyAsDouble(result));
        };
    }

    private static OptionalDouble measured(Histogram histogram, double value) {
        return histogram.getTotalCount() == 0 ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private String inWords(double actual) {
        if (units(metric.replace("%", "")) == TIMES) {
            return Figures.millis(actual) + " ms";
        }
        return metric.equals("errors%")
                ? String.format(Locale.ROOT, "%.3g %%", actual)
                : metric.equals("rss")
                        ? Figures.mebibytes((long) actual) + " MiB"
                        : String.format(Locale.ROOT, "%,.0f", actual);
    }
}
