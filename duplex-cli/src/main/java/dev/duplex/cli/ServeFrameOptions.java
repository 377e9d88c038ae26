package dev.duplex.cli;

import dev.duplex.cli.common.ByteSize;
import dev.duplex.cli.serve.BridgeOptions;
import dev.duplex.cli.serve.BridgeOptions.Slow;
import dev.duplex.cli.serve.FrameOptions;
import dev.duplex.core.Limits;
import dev.duplex.server.Route;
import dev.duplex.transport.SlowConsumerPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code duplex serve} cuts what programs write into messages, and how much of it may wait. */
final class ServeFrameOptions {
    private static final long MAX_BYTES = 1L << 30;

    /** What one read of a program gives, of which a part may have become messages that wait. */
    private static final int SPARE = 256 * 1024;

    enum Keep {
        strip,
        keep
    }

    enum Tail {
        send,
        drop
    }

    @Option(
            names = "--frame",
            paramLabel = "lines|nul|chunk|len32|ndjson",
            defaultValue = "lines",
            description =
                    "What separates messages in the program's input and output: a newline; a NUL byte; nothing, what"
                            + " is read at once is one; their length before them, 4 bytes, big-endian; or each is a line of JSON,"
                            + " see below; default: ${DEFAULT-VALUE}.")
    private FrameOptions.Frame frame = FrameOptions.Frame.lines;

    @Option(
            names = "--type",
            paramLabel = "text|binary|auto",
            description =
                    "What messages of a program are: auto is text where it is UTF-8; default: text, but binary for"
                            + " chunk and len32.")
    private FrameOptions.@Nullable Type type;

    @Option(
            names = "--bad-utf8",
            paramLabel = "replace|binary|close",
            defaultValue = "replace",
            description =
                    "What becomes of text of a program that is no UTF-8: U+FFFD in its place, a binary message, or the"
                            + " end with 1007; default: ${DEFAULT-VALUE}.")
    private FrameOptions.BadUtf8 badUtf8 = FrameOptions.BadUtf8.replace;

    @Option(
            names = "--crlf",
            paramLabel = "strip|keep",
            defaultValue = "strip",
            description = "Whether the carriage return before a newline belongs to the message; default:"
                    + " ${DEFAULT-VALUE}.")
    private Keep crlf = Keep.strip;

    @Option(
            names = "--tail",
            paramLabel = "send|drop",
            defaultValue = "send",
            description = "What becomes of a last line that no newline ends; default: ${DEFAULT-VALUE}.")
    private Tail tail = Tail.send;

    @Option(
            names = "--newline-in",
            paramLabel = "split|escape|space|reject",
            defaultValue = "split",
            description =
                    "What becomes of a newline within a client's message: the program reads two lines; it reads \\n,"
                            + " and \\\\ for a backslash; a space; or the client is closed with 1008; default:"
                            + " ${DEFAULT-VALUE}.")
    private FrameOptions.NewlineIn newlineIn = FrameOptions.NewlineIn.split;

    @Option(
            names = "--max-line",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            defaultValue = "1m",
            description =
                    "Longest message of a program; beyond it the end with 1011, see --long-line; default: ${DEFAULT-VALUE}.")
    private long maxLine;

    enum LongLine {
        close,
        split
    }

    @Option(
            names = "--long-line",
            paramLabel = "close|split",
            defaultValue = "close",
            description = "What becomes of a line that is longer: the end, or several messages; default:"
                    + " ${DEFAULT-VALUE}.")
    private LongLine longLine = LongLine.close;

    @Option(
            names = "--queue",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            defaultValue = "256k",
            description =
                    "How much waits for a program that does not read, before its client is not read either; and for a"
                            + " client that does not read, before --slow decides; default: ${DEFAULT-VALUE}.")
    private long queue;

    @Option(
            names = "--slow",
            paramLabel = "block|drop-old|drop-new|close",
            description =
                    "What becomes of a client that does not read: the program waits; it loses the oldest messages, or"
                            + " the newest; or it is closed with 1013; default: block, but close in shared mode, where all would"
                            + " wait.")
    private @Nullable String slow;

    FrameOptions frames() {
        ServerOptions.within("--max-line", maxLine, 1, MAX_BYTES);
        boolean delimited = frame == FrameOptions.Frame.lines || frame == FrameOptions.Frame.nul;
        if (longLine == LongLine.split && !delimited) {
            throw ServerOptions.wrong("--long-line split is for --frame lines and nul: what --frame " + frame
                    + " has makes no sense in parts");
        }
        FrameOptions.Type usual = frame == FrameOptions.Frame.chunk || frame == FrameOptions.Frame.len32
                ? FrameOptions.Type.binary
                : FrameOptions.Type.text;
        return new FrameOptions(
                frame,
                crlf == Keep.keep,
                tail == Tail.drop,
                newlineIn,
                badUtf8,
                type == null ? usual : type,
                (int) maxLine,
                longLine == LongLine.split);
    }

    BridgeOptions bridge(boolean shared, boolean tag, boolean logEnds, Runnable dropped) {
        ServerOptions.within("--queue", queue, 1, MAX_BYTES);
        return new BridgeOptions(frames(), (int) queue, slow(shared), tag, logEnds, dropped);
    }

    private Slow slow(boolean shared) {
        if (slow == null) {
            return shared ? Slow.CLOSE : Slow.BLOCK;
        }
        return switch (slow) {
            case "block" -> Slow.BLOCK;
            case "drop-old" -> Slow.DROP_OLD;
            case "drop-new" -> Slow.DROP_NEW;
            case "close" -> Slow.CLOSE;
            default ->
                throw ServerOptions.wrong("--slow: expected block, drop-old, drop-new or close but got '" + slow + "'");
        };
    }

    /** The route, with the bounds of what waits for its clients. */
    Route bounded(Route route, Limits limits, boolean shared, Duration idle) {
        // Whoever waits for the client, or drops, sends nothing after the message that has to wait; that one must find
        // room.
        long room = slow(shared) == Slow.CLOSE ? queue : queue + maxLine + SPARE;
        Limits bounds = limits.withMaxBufferedBytes((int) Math.min(Integer.MAX_VALUE, room))
                .withIdleTimeout(idle);
        return route.limits(bounds).slowConsumers(SlowConsumerPolicy.CLOSE);
    }
}
