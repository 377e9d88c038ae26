package dev.duplex.cli;

import dev.duplex.cli.common.ClientOptions;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Streams;
import dev.duplex.cli.common.Target;
import dev.duplex.cli.common.Terminals;
import dev.duplex.cli.connect.Conversation;
import dev.duplex.cli.connect.Expectations;
import dev.duplex.cli.connect.FramedWriter;
import dev.duplex.cli.connect.Framing;
import dev.duplex.cli.connect.Journal;
import dev.duplex.cli.connect.MessageWriter;
import dev.duplex.cli.connect.NdjsonWriter;
import dev.duplex.cli.connect.Notes;
import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.connect.Plan;
import dev.duplex.cli.connect.Pretty;
import dev.duplex.cli.connect.Reconnect;
import dev.duplex.cli.connect.Show;
import dev.duplex.cli.connect.SocketIo;
import dev.duplex.cli.connect.TerminalSafeWriter;
import dev.duplex.cli.connect.Wait;
import dev.duplex.cli.connect.terminal.TerminalPlan;
import dev.duplex.cli.connect.terminal.TerminalSession;
import dev.duplex.cli.record.RecordWriter;
import dev.duplex.client.Blob;
import dev.duplex.core.CloseCode;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code duplex connect}: a client for people and scripts. */
@Command(
        name = "connect",
        description = "Connects, sends MSG and then each line of the input, and prints each message that comes.",
        abbreviateSynopsis = true,
        sortOptions = false)
final class ConnectCommand implements Callable<Integer> {
    private static final Pattern CLOSING = Pattern.compile("([0-9]{1,5})(?:\\s+(.*))?");

    private static final Pattern RECONNECT = Pattern.compile("(?:([0-9]{1,6}),?)?(?:([^,]+)\\.\\.([^,]+))?");

    private final Streams streams;

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description = "ws://, wss://, http:// or https://; host:port/path; ws+unix:///PATH:/URI.")
    private String url = "";

    @Parameters(index = "1..*", paramLabel = "MSG", description = "Text messages to send first.")
    private List<String> messages = new ArrayList<>();

    @Option(
            names = {"-x", "--send"},
            paramLabel = "TEXT",
            description = "A text message to send first; may be repeated.")
    private List<String> send = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "A file to send as one message after these; may be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = {"-b", "--binary"},
            description =
                    "Send files and input as binary messages; the input in chunks, unless --frame says otherwise.")
    private boolean binary;

    @Option(
            names = "--frame",
            paramLabel = "HOW",
            description = "How messages stand in the input: ${COMPLETION-CANDIDATES}; default: lines.")
    private @Nullable Framing frame;

    @Option(
            names = "--out-frame",
            paramLabel = "HOW",
            description = "How they stand in the output; default: as in the input.")
    private @Nullable Framing outFrame;

    @Option(
            names = "--out-escape",
            description = "Write line feeds within a message as \\n, so that each line is a message.")
    private boolean escape;

    @Option(
            names = "--socketio",
            arity = "0..1",
            preprocessor = OnlyAttached.class,
            paramLabel = "PATH",
            description = "Speak Socket.IO 5: the path of the URL is the namespace, lines are events, such as 'move 1"
                    + " 2' or '[\"move\",1,2]'; '?' before one asks for an acknowledgement, '#5 VALUE' gives one."
                    + " Default: /socket.io/.")
    private @Nullable String socketIo;

    @Option(
            names = "--auth",
            paramLabel = "JSON",
            description = "With --socketio, what the server gets along with the namespace: an object.")
    private @Nullable String auth;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after N messages have come; exit code 10 if there are fewer.")
    private @Nullable Long count;

    @Option(
            names = "--until",
            paramLabel = "REGEX",
            description = "End after a message in which this is found; exit code 10 if none comes.")
    private @Nullable String until;

    @Option(
            names = "--expect",
            paramLabel = "REGEX",
            description = "Exit code 10 unless it is found in a message; may be repeated. Without --count and --until,"
                    + " ends when all are found.")
    private List<String> expect = new ArrayList<>();

    @Option(
            names = {"-w", "--wait"},
            paramLabel = "TIME",
            description = "How long to read on after the end of the input: 0, a time such as 2s, or 'close', until the"
                    + " server closes. Default: until the replies stop; if anything is expected or nothing was sent,"
                    + " until the server closes.")
    private @Nullable String wait;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            description = "End after this time in any case, with exit code 9.")
    private @Nullable Duration timeout;

    @Option(
            names = "--reconnect",
            arity = "0..1",
            preprocessor = OnlyAttached.class,
            paramLabel = "ATTEMPTS,BASE..CAP",
            description =
                    "Connect again when the connection is lost, after a random time up to a bound that doubles; such"
                            + " as --reconnect or --reconnect=10,1s..30s. Default: for ever, 1s..30s.")
    private @Nullable String reconnect;

    @Option(
            names = "--hello",
            paramLabel = "TEXT",
            description = "A text message to send first on each connection; may be repeated.")
    private List<String> hello = new ArrayList<>();

    @Option(
            names = "--close",
            paramLabel = "'CODE REASON'",
            defaultValue = "1000",
            description = "What to close with: 1000, or 3000 to 4999; default: ${DEFAULT-VALUE}.")
    private String close = "1000";

    @Option(
            names = "--show",
            paramLabel = "WHAT",
            description =
                    "Show what goes over the wire, explained; on stderr, or above the line at a terminal: ${COMPLETION-CANDIDATES}. Credentials are"
                            + " shown by all only.")
    private @Nullable Show show;

    @Option(
            names = "--pretty",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "Make messages readable: ${COMPLETION-CANDIDATES}; default: auto, which does nothing in a pipe.")
    private Pretty pretty = Pretty.auto;

    @Option(names = "--timestamps", description = "Begin each line of the output with the time.")
    private boolean timestamps;

    @Option(names = "--json", description = "Print all that happens, both ways, as one JSON object in each line.")
    private boolean json;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Write the same to a file, as 'duplex record' does; 'duplex replay' plays it.")
    private @Nullable Path record;

    @Option(names = "--rtt", description = "Say on stderr how long each ping's answer took.")
    private boolean roundTrips;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say what happens.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and leave.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Mixin
    private ClientOptions client;

    ConnectCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        Ending ending = isForAPerson() ? atATerminal() : inAPipe();
        if (!ending.message().isEmpty()) {
            throw new CommandFailure(ending.exitCode(), ending.message());
        }
        return ending.exitCode().code();
    }

    /** Whether somebody sits at both ends, and nothing is asked for that is a script's. */
    private boolean isForAPerson() {
        boolean script = !messages.isEmpty()
                || !files.isEmpty()
                || count != null
                || until != null
                || !expect.isEmpty()
                || wait != null
                || timeout != null
                || frame != null
                || outFrame != null
                || escape
                || binary
                || socketIo != null
                || json
                || roundTrips;
        return !script && streams.equals(Streams.SYSTEM) && Terminals.inAndOut();
    }

    private Ending atATerminal() {
        Target target = Target.of(url);
        int maxMessage = client.maxMessage();
        return new TerminalSession(new TerminalPlan(
                        target,
                        client.builder(target),
                        reconnecting(),
                        greeting(),
                        first(maxMessage),
                        new Journal(records(target)),
                        show,
                        pretty != Pretty.off,
                        timestamps,
                        maxMessage,
                        closing(),
                        System.getenv()))
                .run();
    }

    private Ending inAPipe() {
        Target typed = Target.of(url);
        SocketIo spoken = socketIo(typed);
        Target target = spoken == null ? typed : spoken.target();
        int maxMessage = client.maxMessage();
        Framing in = frame != null ? frame : binary ? Framing.chunk : Framing.lines;
        Notes notes = new Notes(spec.commandLine().getErr(), quiet, verbose);
        Plan plan = new Plan(
                target,
                client.builder(target),
                spoken == null ? null : spoken::dialect,
                reconnecting(),
                said(spoken, greeting()),
                said(spoken, first(maxMessage)),
                spoken == null
                        ? in.reader(streams.in(), binary, maxMessage)
                        : spoken.packets(in.reader(streams.in(), binary, maxMessage)),
                !messages.isEmpty() || !files.isEmpty(),
                output(outFrame != null ? outFrame : in),
                new Journal(records(target)),
                notes,
                show,
                roundTrips,
                expectations(),
                waiting(),
                timeout,
                closing());
        return new Conversation(plan).run();
    }

    private @Nullable SocketIo socketIo(Target typed) {
        if (socketIo == null) {
            if (auth != null) {
                throw CommandFailure.usage("--auth needs --socketio");
            }
            return null;
        }
        if (binary || frame != null || outFrame != null || json || record != null || !files.isEmpty()) {
            throw CommandFailure.usage("--socketio has lines of its own: leave out --binary, --frame, --out-frame,"
                    + " --file, --json and --record");
        }
        return new SocketIo(typed, socketIo.isEmpty() ? "/socket.io/" : socketIo, auth);
    }

    private static List<Outgoing> said(@Nullable SocketIo spoken, List<Outgoing> messages) {
        if (spoken == null) {
            return messages;
        }
        List<Outgoing> packets = new ArrayList<>();
        for (Outgoing message : messages) {
            try {
                packets.add(message instanceof Outgoing.Text text ? spoken.packet(text.text()) : message);
            } catch (IOException e) {
                throw CommandFailure.usage(String.valueOf(e.getMessage()));
            }
        }
        return packets;
    }

    private MessageWriter output(Framing framing) {
        if (json) {
            if (outFrame != null || pretty != Pretty.auto || escape || timestamps) {
                throw CommandFailure.usage("--json has a form of its own: leave out --out-frame, --pretty,"
                        + " --out-escape and --timestamps");
            }
            return MessageWriter.NONE;
        }
        if (framing == Framing.ndjson) {
            return new NdjsonWriter(streams.out());
        }
        Clock clock = timestamps ? Clock.systemDefaultZone() : null;
        return Terminals.show(streams) && framing == Framing.lines
                ? new TerminalSafeWriter(streams.out(), pretty, escape, clock)
                : new FramedWriter(streams.out(), framing, pretty, escape, clock);
    }

    private List<RecordWriter> records(Target target) {
        List<RecordWriter> records = new ArrayList<>();
        if (json) {
            records.add(RecordWriter.events(new OutputStreamWriter(streams.out(), StandardCharsets.UTF_8)));
        }
        if (record != null) {
            try {
                records.add(RecordWriter.create(record, target.url()));
            } catch (IOException e) {
                throw CommandFailure.usage("--record: " + e.getMessage());
            }
        }
        return records;
    }

    private List<Outgoing> greeting() {
        return hello.stream().<Outgoing>map(Outgoing.Text::new).toList();
    }

    private List<Outgoing> first(int maxMessage) {
        List<Outgoing> first = new ArrayList<>();
        for (String text : send) {
            first.add(new Outgoing.Text(text));
        }
        for (String text : messages) {
            first.add(new Outgoing.Text(text));
        }
        for (Path file : files) {
            first.add(ofFile(file, maxMessage));
        }
        return first;
    }

    private Outgoing ofFile(Path file, int maxMessage) {
        try {
            boolean kept = json || record != null;
            if (binary && !kept) {
                return new Outgoing.File(Blob.of(file));
            }
            if (Files.size(file) > maxMessage) {
                throw CommandFailure.usage("--file " + file + ": at most " + maxMessage + " bytes fit (--max-message);"
                        + " --binary without --json and --record sends a file of any size");
            }
            return Outgoing.of(binary, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage("--file " + file + ": there is no such file");
        } catch (IOException e) {
            throw CommandFailure.usage("--file " + file + " " + e.getMessage());
        }
    }

    private Expectations expectations() {
        if (count != null && count < 1) {
            throw CommandFailure.usage("--count: expected a number from 1 on but got " + count);
        }
        return new Expectations(
                count == null ? 0 : count,
                until == null ? null : pattern("--until", until),
                expect.stream().map(regex -> pattern("--expect", regex)).toList());
    }

    private static Pattern pattern(String option, String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw CommandFailure.usage(option + ": '" + regex + "' is no regular expression: " + e.getDescription());
        }
    }

    private Wait waiting() {
        if (wait == null) {
            return Wait.FOR_REPLIES;
        }
        if (wait.equals("close")) {
            return Wait.FOR_CLOSE;
        }
        try {
            return new Wait(new LengthOfTime().convert(wait), false);
        } catch (TypeConversionException e) {
            throw CommandFailure.usage("--wait: " + e.getMessage() + "; or 'close'");
        }
    }

    private @Nullable Reconnect reconnecting() {
        if (reconnect == null) {
            return null;
        }
        Matcher matcher = RECONNECT.matcher(reconnect);
        if (!matcher.matches()) {
            throw CommandFailure.usage(
                    "--reconnect: expected the most attempts, the bounds of the time between them, or"
                            + " both, such as 10,1s..30s, but got '" + reconnect + "'");
        }
        try {
            Duration base = time(matcher.group(2), "1s");
            Duration cap = time(matcher.group(3), "30s");
            if (base.isZero() || cap.compareTo(base) < 0) {
                throw CommandFailure.usage(
                        "--reconnect: expected times from short to long, such as 1s..30s, but got '" + reconnect + "'");
            }
            return new Reconnect(matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)), base, cap);
        } catch (TypeConversionException e) {
            throw CommandFailure.usage("--reconnect: " + e.getMessage());
        }
    }

    private static Duration time(@Nullable String text, String otherwise) {
        return new LengthOfTime().convert(text == null ? otherwise : text);
    }

    private Plan.Closing closing() {
        Matcher matcher = CLOSING.matcher(close);
        int code = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        if (code != CloseCode.NORMAL && (code < 3000 || code > 4999)) {
            throw CommandFailure.usage("--close: expected a code, 1000 or 3000 to 4999, and perhaps a reason, such as"
                    + " '4000 bye', but got '" + close + "'");
        }
        String reason = matcher.group(2) == null ? "" : matcher.group(2);
        try {
            CloseCode.check(code, reason);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--close: " + e.getMessage());
        }
        return new Plan.Closing(code, reason);
    }
}
