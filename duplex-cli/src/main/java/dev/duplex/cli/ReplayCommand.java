package dev.duplex.cli;

import dev.duplex.cli.common.ClientOptions;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Streams;
import dev.duplex.cli.common.Target;
import dev.duplex.cli.common.Terminals;
import dev.duplex.cli.connect.FramedWriter;
import dev.duplex.cli.connect.Framing;
import dev.duplex.cli.connect.MessageWriter;
import dev.duplex.cli.connect.Pretty;
import dev.duplex.cli.connect.TerminalSafeWriter;
import dev.duplex.cli.record.RecordReader;
import dev.duplex.cli.replay.Masks;
import dev.duplex.cli.replay.Replayer;
import dev.duplex.client.MessageEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex replay}: sends again what a recording says was sent. */
@Command(
        name = "replay",
        description = "Sends again what was sent in a recording, at the pace at which it was, and prints what comes.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "With --assert a recording is a test: what comes has to be what came, in the same",
            "order, and the server has to close as it did; otherwise the exit code is 10.",
            "With --asap or --assert each message waits for the answers that came before it."
        })
final class ReplayCommand implements Callable<Integer> {
    private static final Pattern SPEED = Pattern.compile("([0-9]{1,4}(?:\\.[0-9]{1,4})?)x?");
    private static final double SLOWEST = 0.001;

    private final Streams streams;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "A recording, by 'duplex record' or connect --record.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "URL", description = "As of connect: ws://, wss://, host:port/path, …")
    private String url = "";

    @Option(
            names = "--speed",
            paramLabel = "N",
            defaultValue = "1x",
            description = "So many times as fast, such as 2x or 0.5x; default: ${DEFAULT-VALUE}.")
    private String speed = "1x";

    @Option(names = "--asap", description = "Without pauses.")
    private boolean asap;

    @Option(names = "--assert", description = "What comes has to be what was recorded.")
    private boolean strict;

    @Option(
            names = "--mask",
            paramLabel = "REGEX",
            description = "Do not compare what this finds in texts, such as times; may be repeated.")
    private List<String> masks = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "10s",
            description = "To wait for each message that was recorded; default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print no messages, and say nothing but what is wrong.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and leave.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Mixin
    private ClientOptions client;

    ReplayCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws InterruptedException {
        Target target = Target.of(url);
        MessageWriter output = output();
        Replayer.Plan plan = new Replayer.Plan(
                target.url(),
                client.builder(target),
                asap ? 0 : pace(),
                strict,
                new Masks(masks.stream().map(ReplayCommand::pattern).toList()),
                timeout,
                message -> print(output, message));
        try (RecordReader recording = RecordReader.open(file)) {
            Replayer replayer = new Replayer(plan, recording, String.valueOf(file.getFileName()));
            Ending ending = replayer.run();
            tell(replayer.tally(), ending);
            if (!ending.message().isEmpty()) {
                throw new CommandFailure(ending.exitCode(), ending.message());
            }
            return ending.exitCode().code();
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            throw new CommandFailure(ExitCode.INTERNAL, "the output cannot be written: " + e.getMessage());
        }
    }

    private double pace() {
        Matcher matcher = SPEED.matcher(speed);
        double pace = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
        if (pace < SLOWEST) {
            throw CommandFailure.usage("--speed: expected a multiple such as 2x or 0.5x but got '" + speed + "'");
        }
        return pace;
    }

    private static Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw CommandFailure.usage("--mask: '" + regex + "' is no regular expression: " + e.getDescription());
        }
    }

    /** Messages go to a file or a pipe as they are, and to a terminal so that it does not obey them. */
    private MessageWriter output() {
        return Terminals.show(streams)
                ? new TerminalSafeWriter(streams.out(), Pretty.auto, false, null)
                : new FramedWriter(streams.out(), Framing.lines, Pretty.off, false, null);
    }

    /** A test needs no messages. */
    private void print(MessageWriter output, MessageEvent message) {
        if (quiet || strict) {
            return;
        }
        try {
            output.write(message.isText(), message.bytes());
            output.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(Replayer.Tally tally, Ending ending) {
        if (quiet || ending.exitCode() != ExitCode.OK) {
            return;
        }
        spec.commandLine()
                .getErr()
                .println("duplex: " + tally.sent() + " sent, " + tally.received()
                        + (strict ? " came, all as recorded" : " came"));
        if (tally.another()) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "duplex: the recording goes on after the end of its first connection; that is not replayed");
        }
        spec.commandLine().getErr().flush();
    }
}
