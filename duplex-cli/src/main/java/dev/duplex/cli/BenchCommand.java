package dev.duplex.cli;

import dev.duplex.cli.bench.Bench;
import dev.duplex.cli.bench.BenchPlan;
import dev.duplex.cli.bench.BenchReport;
import dev.duplex.cli.bench.BenchResult;
import dev.duplex.cli.bench.Body;
import dev.duplex.cli.bench.JsonReport;
import dev.duplex.cli.bench.Load;
import dev.duplex.cli.bench.Rate;
import dev.duplex.cli.bench.TextReport;
import dev.duplex.cli.common.ByteSize;
import dev.duplex.cli.common.ClientOptions;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Target;
import dev.duplex.cli.common.Terminals;
import dev.duplex.client.DOMException;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.transport.Transport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex bench}: load, and what a server makes of it. */
@Command(
        name = "bench",
        description = "Loads a server that sends messages back, and measures it.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Load only servers that are yours.",
            "",
            "  duplex bench ws://localhost:9998/echo",
            "  duplex bench localhost:9998/echo -c 1000 --rate 5/s --duration 1m",
            "  duplex bench localhost:9998/echo -c 64 --closed --in-flight 64"
        })
final class BenchCommand implements Callable<Integer> {
    private static final int MOST_CONNECTIONS = 1_000_000;
    private static final int MOST_IN_FLIGHT = 1_000_000;
    private static final int MOST_THREADS = 256;
    private static final double HIGHEST_RATE = 1e6;
    private static final long GOODBYE_SECONDS = 20;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "URL", description = "As of connect: ws://, wss://, host:port/path, …")
    private String url = "";

    @Option(
            names = {"-c", "--connections"},
            paramLabel = "N",
            defaultValue = "50",
            description = "How many; default: ${DEFAULT-VALUE}.")
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
            description = "Messages in a second on each connection, sent by a schedule whatever the server does;"
                    + " default: ${DEFAULT-VALUE}.")
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

    @Option(names = "--any-answer", description = "Take any message for an answer, not only an echo.")
    private boolean anyAnswer;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Event loops that make the load; default: half of the processors.")
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            converter = TransportName.class,
            defaultValue = "auto",
            description = "auto, io-uring, epoll, kqueue or nio; default: ${DEFAULT-VALUE}.")
    private Transport transport = Transport.AUTO;

    @Option(names = "--json", description = "Print one JSON object in each line, with times in milliseconds.")
    private boolean json;

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

    @Mixin
    private ClientOptions client;

    @Override
    public Integer call() {
        BenchPlan plan = plan();
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report = json ? new JsonReport(out, quiet) : new TextReport(out, Terminals.out(), quiet);
        return untilCtrlC(new Bench(plan, report::second), report);
    }

    private BenchPlan plan() {
        within("--connections", connections, 1, MOST_CONNECTIONS);
        within("--in-flight", inFlight, 1, MOST_IN_FLIGHT);
        within("--threads", threads, 1, MOST_THREADS);
        within("--size", size, 0, client.maxMessage());
        if (rate <= 0 || rate > HIGHEST_RATE) {
            throw CommandFailure.usage(
                    "--rate: expected more than 0 and at most 1,000,000 in a second but got " + rate);
        }
        if (duration.isZero()) {
            throw CommandFailure.usage("--duration: expected a time longer than 0");
        }
        if (!closed && spec.commandLine().getParseResult().hasMatchedOption("--in-flight")) {
            throw CommandFailure.usage("--in-flight is for --closed: add that, or leave it out");
        }
        if (closed && spec.commandLine().getParseResult().hasMatchedOption("--rate")) {
            throw CommandFailure.usage("--closed sends when an answer has come: leave out --rate, or --closed");
        }
        Target target = Target.of(url);
        LoadTarget where;
        try {
            where = LoadTarget.of(target.url(), client.builder(target).build());
        } catch (DOMException | IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        return new BenchPlan(
                where,
                target.toString(),
                connections,
                ramp,
                closed ? new Load.Closed(inFlight) : new Load.Open(rate),
                Body.letters((int) size, !binary),
                anyAnswer,
                warmup,
                duration,
                timeout,
                Math.min(threads, connections),
                transport,
                List.of());
    }

    private static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CommandFailure.usage(
                    option + ": expected a number from " + least + " to " + most + " but got " + value);
        }
    }

    private static ExitCode exitCode(BenchResult result) {
        return result.interrupted() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    /** Ctrl-C ends the run with what there is, and the JVM not before that is told. */
    private static int untilCtrlC(Bench bench, BenchReport report) {
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
            if (result.all().opened == 0 && result.firstFailure() != null) {
                throw new CommandFailure(
                        result.firstFailure().ending().exitCode(),
                        "no connection: " + result.firstFailure().ending().message());
            }
            return exitCode(result).code();
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
