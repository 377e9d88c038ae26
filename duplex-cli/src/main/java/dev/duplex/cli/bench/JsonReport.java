package dev.duplex.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** For programs: one JSON object in each line, one for each second and the result; times in milliseconds. */
public final class JsonReport implements BenchReport {
    /** Says what the lines are, and changes when their form does. */
    static final String FORMAT = "duplex-bench-1";

    private static final int DIGITS = 6;

    private final PrintWriter out;
    private final boolean quiet;

    /**
     * A report.
     *
     * @param quiet whether the result is enough
     */
    public JsonReport(PrintWriter out, boolean quiet) {
        this.out = out;
        this.quiet = quiet;
    }

    @Override
    public void second(Second second) {
        if (!quiet) {
            out.println(node(second));
            out.flush();
        }
    }

    @Override
    public void result(BenchResult result) {
        out.println(node(result));
        out.flush();
    }

    static ObjectNode node(Second second) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("type", "second")
                .put("phase", second.phase().name().toLowerCase(Locale.ROOT));
        node.put("end", number(second.end()))
                .put("seconds", number(second.seconds()))
                .put("open", second.open());
        counters(node, second.counted());
        node.put("errors", second.errors());
        node.set("latency", times(second.latency()));
        node.set("cpu", cpu(second.cpu()));
        return node;
    }

    static ObjectNode node(BenchResult result) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("type", "result")
                .put("format", FORMAT)
                .put("url", result.plan().shown())
                .put("scenario", result.plan().scenario().word())
                .put("interrupted", result.interrupted());
        node.set("load", load(result.plan()));
        Counters all = result.all();
        ObjectNode connections = node.putObject("connections")
                .put("wanted", result.plan().connections())
                .put("begun", all.begun)
                .put("opened", all.opened)
                .put("failed", all.failed)
                .put("lost", all.lost)
                .put("seconds", number(result.connectSeconds()));
        result.connects().parts().forEach((name, histogram) -> connections.set(name, times(histogram)));
        ObjectNode messages = node.putObject("messages").put("seconds", number(result.seconds()));
        counters(messages, result.measured());
        messages.put("unanswered", result.unanswered())
                .put("opened", result.measured().opened)
                .put("sentPerSecond", number(result.measured().sent / result.seconds()))
                .put("receivedPerSecond", number(result.measured().received / result.seconds()));
        node.set("latency", times(result.latency()));
        if (result.plan().scenario() == Scenario.BROADCAST) {
            node.set("complete", times(result.complete()));
        }
        node.set("lateness", times(result.lateness()));
        node.set("cpu", cpu(result.own()));
        server(node, result);
        steps(node, result);
        node.put("errors", result.errors()).put("errorRate", number(result.errorRate()));
        tally(node.putObject("failures"), result.failures());
        tally(node.putObject("closes"), result.closes());
        Warnings.of(result).forEach(node.putArray("warnings")::add);
        ArrayNode thresholds = node.putArray("thresholds");
        result.outcomes()
                .forEach(outcome -> thresholds
                        .addObject()
                        .put("condition", outcome.threshold().text())
                        .put("actual", outcome.actual())
                        .put("held", outcome.held()));
        return node;
    }

    private static void server(ObjectNode node, BenchResult result) {
        ServerUsage.Course server = result.server();
        if (server != null) {
            node.putObject("server")
                    .put("pid", server.pid())
                    .put("cpuSeconds", number(server.cpuSeconds()))
                    .put("cpuMicros", number(server.cpuMicros(result.units())))
                    .put("cpuMicrosFor", Words.ofUnit(result))
                    .put("rssBefore", server.before().rssBytes())
                    .put("rssFrom", server.from().rssBytes())
                    .put("rssUntil", server.until().rssBytes());
        }
    }

    private static void steps(ObjectNode node, BenchResult result) {
        if (result.plan().step() == null) {
            return;
        }
        node.put("withinLimit", result.connections());
        ArrayNode steps = node.putArray("steps");
        for (StepResult step : result.steps()) {
            ObjectNode each = steps.addObject()
                    .put("connections", step.connections())
                    .put("seconds", number(step.seconds()))
                    .put("held", step.held());
            counters(each, step.counted());
            each.set("latency", times(step.latency()));
        }
    }

    private static ObjectNode load(BenchPlan plan) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (plan.load() instanceof Load.Open open) {
            node.put("kind", "open").put("rate", number(open.perSecond()));
        } else if (plan.load() instanceof Load.Closed closed) {
            node.put("kind", "closed").put("inFlight", closed.inFlight());
        }
        return node.put("bytes", plan.body().size())
                .put("ramp", number(plan.ramp()))
                .put("threads", plan.threads());
    }

    private static void counters(ObjectNode node, Counters counters) {
        node.put("sent", counters.sent)
                .put("received", counters.received)
                .put("answered", counters.answered)
                .put("sentBytes", counters.sentBytes)
                .put("receivedBytes", counters.receivedBytes)
                .put("wrong", counters.wrong)
                .put("unasked", counters.unasked);
    }

    private static ObjectNode times(Histogram histogram) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("count", histogram.getTotalCount());
        if (histogram.getTotalCount() > 0) {
            node.put("min", number(histogram.getMinValue() / 1e6))
                    .put("mean", number(histogram.getMean() / 1e6))
                    .put("p50", number(Figures.millis(histogram, 50)))
                    .put("p90", number(Figures.millis(histogram, 90)))
                    .put("p95", number(Figures.millis(histogram, 95)))
                    .put("p99", number(Figures.millis(histogram, 99)))
                    .put("p99.9", number(Figures.millis(histogram, 99.9)))
                    .put("max", number(Figures.maxMillis(histogram)));
        }
        return node;
    }

    private static ObjectNode cpu(OwnUsage.Share share) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("process", number(share.process()))
                .put("busiestLoop", number(share.busiest()));
    }

    private static void tally(ObjectNode node, Tally tally) {
        tally.counts().forEach(node::put);
    }

    private static BigDecimal number(double value) {
        return BigDecimal.valueOf(value).setScale(DIGITS, RoundingMode.HALF_UP);
    }
}
