package dev.duplex.cli;

import dev.duplex.cli.common.ClientOptions;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Target;
import dev.duplex.cli.ping.JsonReport;
import dev.duplex.cli.ping.PingReport;
import dev.duplex.cli.ping.Pinger;
import dev.duplex.cli.ping.TextReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex ping}: round-trip statistics. */
@Command(
        name = "ping",
        description = "Measures how long a ping and its pong take, over one connection.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Ends with 8 if an answer is missing, with 0 otherwise, after Ctrl-C as well."})
final class PingCommand implements Callable<Integer> {
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);
    private static final long GOODBYE_SECONDS = 5;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "URL", description = "As of connect: ws://, wss://, host:port/path, …")
    private String url = "";

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "How many; default: until Ctrl-C.")
    private long count = -1;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "1s",
            description = "From one to the next; default: ${DEFAULT-VALUE}.")
    private Duration interval = Duration.ZERO;

    @Option(
            names = {"-w", "--wait"},
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "5s",
            description = "For an answer, before it counts as lost; default: ${DEFAULT-VALUE}.")
    private Duration wait = Duration.ZERO;

    @Option(
            names = "--echo",
            description = "Send text messages, of a server that sends them back, in place of ping frames.")
    private boolean echo;

    @Option(names = "--json", description = "Print one JSON object in each line, with times in milliseconds.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the statistics only.")
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
        if (count == 0 || count < -1) {
            throw CommandFailure.usage("--count: expected a number from 1 on but got " + count);
        }
        if (interval.compareTo(LEAST_INTERVAL) < 0) {
            throw CommandFailure.usage("--interval: expected 1 ms or more but got " + interval.toNanos() + " ns");
        }
        if (wait.compareTo(LEAST_INTERVAL) < 0) {
            throw CommandFailure.usage("--wait: expected 1 ms or more but got " + wait.toNanos() + " ns");
        }
        Target target = Target.of(url);
        PrintWriter out = spec.commandLine().getOut();
        String shown = target.toString();
        PingReport report = json ? new JsonReport(out, shown, quiet) : new TextReport(out, shown, quiet);
        Pinger pinger = new Pinger(
                new Pinger.Plan(target.url(), client.builder(target), echo, Math.max(0, count), interval, wait),
                report);
        Ending ending = untilCtrlC(pinger);
        if (!ending.message().isEmpty()) {
            throw new CommandFailure(ending.exitCode(), ending.message());
        }
        return ending.exitCode().code();
    }

    /** Ctrl-C is how pings end that were not counted: no failure, and no end before the statistics are out. */
    private static Ending untilCtrlC(Pinger pinger) {
        CountDownLatch over = new CountDownLatch(1);
        int[] exitCode = {-1};
        Thread hook = new Thread(
                () -> {
                    pinger.stop();
                    try {
                        if (over.await(GOODBYE_SECONDS, TimeUnit.SECONDS) && exitCode[0] >= 0) {
                            // The JVM would end with the signal's code.
                            Runtime.getRuntime().halt(exitCode[0]);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "duplex-goodbye");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            Ending ending = pinger.run();
            exitCode[0] = ending.exitCode().code();
            return ending;
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
