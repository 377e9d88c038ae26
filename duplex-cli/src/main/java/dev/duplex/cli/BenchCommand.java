package dev.duplex.cli;

import dev.duplex.cli.bench.Addresses;
import dev.duplex.cli.bench.Bench;
import dev.duplex.cli.bench.BenchPlan;
import dev.duplex.cli.bench.BenchReport;
import dev.duplex.cli.bench.BenchResult;
import dev.duplex.cli.bench.Body;
import dev.duplex.cli.bench.CsvReport;
import dev.duplex.cli.bench.HdrFile;
import dev.duplex.cli.bench.HtmlReport;
import dev.duplex.cli.bench.JsonReport;
import dev.duplex.cli.bench.Load;
import dev.duplex.cli.bench.Matching;
import dev.duplex.cli.bench.Scenario;
import dev.duplex.cli.bench.ServerUsage;
import dev.duplex.cli.bench.Stamped;
import dev.duplex.cli.bench.Template;
import dev.duplex.cli.bench.TextReport;
import dev.duplex.cli.bench.Threshold;
import dev.duplex.cli.common.ByteSize;
import dev.duplex.cli.common.ClientOptions;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Rate;
import dev.duplex.cli.common.Target;
import dev.duplex.cli.common.Terminals;
import dev.duplex.client.DOMException;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex bench}: load, and what a server makes of it. */
@Command(
        name = "bench",
        description = "Loads a server, and measures what it makes of it.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Load only servers that are yours.",
            "",
            "  duplex bench ws://localhost:9998/echo",
            "  duplex bench localhost:9998/echo -c 1000 --rate 5/s --duration 1m",
            "  duplex bench localhost:9998/echo -c 64 --closed --in-flight 64",
            "  duplex bench localhost:9998/broadcast --scenario broadcast -c 1000 --rate 2/s",
            "  duplex bench localhost:9998/echo --fail 'p99<50ms,errors<0.1%%' --html report.html"
        })
final class BenchCommand implements Callable<Integer> {
    private static final int MOST_CONNECTIONS = 1_000_000;
    private static final int MOST_IN_FLIGHT = 1_000_000;
    private static final int MOST_THREADS = 256;
    private static final double HIGHEST_RATE = 1e6;

    /** So many steps are enough for who has not said how many connections. */
    private static final int MOST_STEPS = 100;

    private static final long GOODBYE_SECONDS = 20;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "URL", description = "As of connect: ws://, wss://, host:port/path, …")
    private String url = "";

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            converter = Scenario.Converter.class,
            defaultValue = "echo",
            description =
                    "echo: messages that the server sends back. connect: open and close. idle: stay open. broadcast:"
                            + " one sends, the server sends it to all. push: the server sends of its own accord. churn: come,"
                            + " send one message, get its echo, go, again and again. Default: ${DEFAULT-VALUE}.")
    private Scenario scenario = Scenario.ECHO;

    @Option(
            names = {"-c", "--connections"},
            paramLabel = "N",
            defaultValue = "50",
            description = "How many; default: ${DEFAULT-VALUE}; with --step, the most.")
    private int connections;

    @Option(
            names = "--ramp",
            paramLabel = "RATE",
            converter = Rate.class,
            defaultValue = "500/s",
            description = "Connections begun in a second; 0 for all at once; default: ${DEFAULT-VALUE}.")
    private double ramp;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            converter = Rate.class,
            defaultValue = "10/s",
            description = "Messages, or visits of churn, in a second on each connection, by a schedule whatever the"
                    + " server does; default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--closed",
            description = "Send a message whenever one is answered, in place of --rate. A server that stalls is spared"
                    + " meanwhile, and looks better than it is.")
    private boolean closed;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --closed: unanswered messages on each connection; default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "30s",
            description = "Time to measure; default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "3s",
            description = "Time under load before that, once all connections are open; default: ${DEFAULT-VALUE}.")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "5s",
            description = "Time after that for answers that are missing; default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            defaultValue = "64",
            description = "Bytes of a message; default: ${DEFAULT-VALUE}.")
    private long size;

    @Option(names = "--binary", description = "Send binary messages, not text.")
    private boolean binary;

    @Option(names = "--payload", paramLabel = "FILE", description = "Send what is in a file, as text if it is UTF-8.")
    private @Nullable Path payload;

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description =
                    "Send this with {{seq}}, the number of the message, {{conn}}, that of the connection, {{time}},"
                            + " milliseconds since 1970, {{random}}, or {{pad}}, which fills it up to --size.")
    private @Nullable String template;

    @Option(
            names = "--hello",
            paramLabel = "TEXT",
            description = "With idle, push and broadcast: what each connection sends first, to subscribe for example.")
    private @Nullable String hello;

    @Option(
            names = "--senders",
            paramLabel = "N",
            defaultValue = "1",
            description = "With broadcast: how many connections send; default: ${DEFAULT-VALUE}.")
    private int senders;

    @Option(
            names = "--latency",
            paramLabel = "seq|json:PATH|none",
            converter = Matching.Converter.class,
            defaultValue = "seq",
            description = "How answers are known: in the order of the messages, or by the {{seq}} that is at PATH in"
                    + " their JSON, or not at all. With push, json:PATH is where messages have their time."
                    + " Default: ${DEFAULT-VALUE}.")
    private Matching matching = new Matching.InOrder();

    @Option(names = "--any-answer", description = "Take any message for an answer, not only an echo.")
    private boolean anyAnswer;

    @Option(
            names = "--step",
            paramLabel = "N",
            description =
                    "Begin with N connections, and add as many after each --duration until --until-p95 is passed.")
    private int step;

    @Option(
            names = "--until-p95",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            description = "With --step: the time within which 95 of 100 messages have to be answered.")
    private @Nullable Duration untilP95;

    @Option(
            names = "--fail",
            paramLabel = "CONDITIONS",
            description =
                    "What must hold, such as 'p99<50ms,errors<0.1%%'; ends with 10 if it does not. May be repeated.")
    private List<String> thresholds = new ArrayList<>();

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "The server's process on this machine: tell its CPU time and memory, too (Linux).")
    private long pid;

    @Option(
            names = "--source-ip",
            paramLabel = "ADDRESS",
            split = ",",
            converter = Addresses.class,
            description = "Connect from these addresses of this machine in turn; 127.0.0.2-127.0.0.9 is a range.")
    private List<InetAddress> from = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Event loops that make the load; default: half of the processors.")
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            converter = TransportName.class,
            completionCandidates = TransportName.Words.class,
            defaultValue = "auto",
            description = "auto, io-uring, epoll, kqueue or nio; default: ${DEFAULT-VALUE}.")
    private Transport transport = Transport.AUTO;

    @Option(names = "--json", description = "Print one JSON object in each line, with times in milliseconds.")
    private boolean json;

    @Option(names = "--csv", description = "Print a row of comma-separated values for each second.")
    private boolean csv;

    @Option(
            names = "--hdr",
            paramLabel = "FILE",
            description =
                    "Write the latencies as HdrHistogram does: percentiles, or in FILE.hlog those of each second.")
    private @Nullable Path hdr;

    @Option(names = "--html", paramLabel = "FILE", description = "Write one page with figures and plots.")
    private @Nullable Path html;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the result only.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and leave.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    // Deflating would be measured along with the rest, and the default payload is no text that anybody sends.
    @Mixin
    private ClientOptions client = ClientOptions.withoutCompression();

    @Override
    public Integer call() {
        BenchPlan plan = plan();
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report = json
                ? new JsonReport(out, quiet)
                : csv ? new CsvReport(out) : new TextReport(out, Terminals.out(), quiet);
        return untilCtrlC(new Bench(plan, report::second), report);
    }

    private boolean isTyped(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private BenchPlan plan() {
        within("--connections", connections, 1, MOST_CONNECTIONS);
        within("--in-flight", inFlight, 1, MOST_IN_FLIGHT);
        within("--threads", threads, 1, MOST_THREADS);
        within("--size", size, 0, client.maxMessage());
        within("--senders", senders, 1, connections);
        if (rate <= 0 || rate > HIGHEST_RATE) {
            throw CommandFailure.usage(
                    "--rate: expected more than 0 and at most 1,000,000 in a second but got " + rate);
        }
        if (duration.isZero()) {
            throw CommandFailure.usage("--duration: expected a time longer than 0");
        }
        refuseContradictions();
        Target target = Target.of(url);
        LoadTarget where;
        try {
            where = LoadTarget.of(target.url(), client.builder(target).build());
        } catch (DOMException | IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        if (isTyped("--pid") && ServerUsage.of(pid).isEmpty()) {
            throw CommandFailure.usage("--pid: there is no process " + pid + " here, or this is not Linux");
        }
        return new BenchPlan(
                where,
                target.toString(),
                scenario,
                step > 0 && !isTyped("--connections") ? MOST_STEPS * step : connections,
                ramp,
                closed ? new Load.Closed(inFlight) : new Load.Open(rate),
                body(),
                matching,
                anyAnswer,
                senders,
                hello,
                warmup,
                duration,
                timeout,
                untilP95 == null ? null : new BenchPlan.Step(step, untilP95),
                Math.min(threads, step > 0 ? step : connections),
                transport,
                List.copyOf(from),
                pid,
                thresholds());
    }

    private void refuseContradictions() {
        if (json && csv) {
            throw CommandFailure.usage("--json and --csv contradict each other: leave one of them out");
        }
        if (payload != null && template != null) {
            throw CommandFailure.usage("--payload and --template contradict each other: leave one of them out");
        }
        if (!closed && isTyped("--in-flight")) {
            throw CommandFailure.usage("--in-flight is for --closed: add that, or leave it out");
        }
        if (closed && isTyped("--rate")) {
            throw CommandFailure.usage("--closed sends when an answer has come: leave out --rate, or --closed");
        }
        if (closed && matching instanceof Matching.None && scenario != Scenario.CHURN) {
            throw CommandFailure.usage("--closed has to know what is answered: leave out --latency none, or --closed");
        }
        if ((step > 0) != (untilP95 != null)) {
            throw CommandFailure.usage("--step and --until-p95 belong together: add the other one");
        }
        if (isTyped("--step") && (step < 1 || scenario != Scenario.ECHO)) {
            throw CommandFailure.usage("--step: expected a number from 1 on, and the scenario echo");
        }
        if (hello != null
                && (scenario == Scenario.ECHO || scenario == Scenario.CHURN || scenario == Scenario.CONNECT)) {
            throw CommandFailure.usage(
                    "--hello is for idle, push and broadcast: its answer would be taken for another's");
        }
        boolean byNumber = matching instanceof Matching.ByNumber;
        boolean numbered = template != null && template.matches("(?s).*\\{\\{\\s*seq\\s*}}.*");
        if (byNumber && scenario == Scenario.CHURN) {
            throw CommandFailure.usage("--latency json:PATH is not for churn, where each connection has one answer");
        }
        if (byNumber && (scenario == Scenario.ECHO || scenario == Scenario.BROADCAST) && !numbered) {
            throw CommandFailure.usage("--latency json:PATH looks for the number of the message: add a --template with"
                    + " {{seq}} at that path, such as '{\"id\":{{seq}}}' for json:id");
        }
        if (scenario == Scenario.BROADCAST
                && !byNumber
                && (payload != null || template != null)
                && !(matching instanceof Matching.None)) {
            throw CommandFailure.usage(
                    "a broadcast has to carry the number of each message: add --latency json:PATH and a"
                            + " --template with {{seq}} there, or leave out --payload and --template");
        }
    }

    private Body body() {
        try {
            if (template != null) {
                return Template.of(template, !binary, (int) size);
            }
            if (payload != null) {
                byte[] bytes = Files.readAllBytes(payload);
                within("--payload", bytes.length, 0, client.maxMessage());
                return Body.fixed(bytes, !binary && isUtf8(bytes));
            }
            return scenario == Scenario.BROADCAST
                    ? new Stamped((int) size, !binary)
                    : Body.letters((int) size, !binary);
        } catch (IOException e) {
            throw CommandFailure.usage("--payload: cannot read " + payload);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage((template != null ? "--template: " : "--size: ") + e.getMessage());
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private List<Threshold> thresholds() {
        List<Threshold> all = new ArrayList<>();
        for (String each : thresholds) {
            try {
                all.addAll(Threshold.parse(each));
            } catch (IllegalArgumentException e) {
                throw CommandFailure.usage("--fail: " + e.getMessage());
            }
        }
        return all;
    }

    private static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CommandFailure.usage(
                    option + ": expected a number from " + least + " to " + most + " but got " + value);
        }
    }

    private int finished(BenchResult result) {
        save("--html", html, file -> Files.writeString(file, HtmlReport.write(result)));
        save("--hdr", hdr, file -> HdrFile.write(file, result));
        if (result.interrupted()) {
            return ExitCode.INTERRUPTED.code();
        }
        if (result.all().opened == 0 && result.firstFailure() != null) {
            throw new CommandFailure(
                    result.firstFailure().ending().exitCode(),
                    "no connection: " + result.firstFailure().ending().message());
        }
        String broken = result.outcomes().stream()
                .filter(outcome -> !outcome.held())
                .map(outcome -> outcome.threshold().text() + " (" + outcome.actual() + ")")
                .collect(Collectors.joining(", "));
        if (!broken.isEmpty()) {
            throw new CommandFailure(ExitCode.EXPECTATION, "does not hold: " + broken);
        }
        return ExitCode.OK.code();
    }

    private interface Writing {
        void to(Path file) throws IOException;
    }

    private static void save(String option, @Nullable Path file, Writing writing) {
        if (file != null) {
            try {
                writing.to(file);
            } catch (IOException e) {
                throw CommandFailure.usage(option + ": cannot write " + file + ": " + e.getMessage());
            }
        }
    }

    /** Ctrl-C ends the run with what there is, and the JVM not before that is told. */
    private int untilCtrlC(Bench bench, BenchReport report) {
        CountDownLatch over = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    bench.stop();
                    try {
                        if (over.await(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
                            Runtime.getRuntime().halt(ExitCode.INTERRUPTED.code());
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "duplex-goodbye");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            BenchResult result = bench.run();
            report.result(result);
            return finished(result);
        } finally {
            over.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // It runs.
            }
        }
    }
}
