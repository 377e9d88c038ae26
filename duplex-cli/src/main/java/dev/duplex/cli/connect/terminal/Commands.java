package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.record.Direction;
import dev.duplex.cli.record.RecordedEvent;
import dev.duplex.client.Blob;
import dev.duplex.client.DOMException;
import dev.duplex.client.WebSocket;
import dev.duplex.core.CloseCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Does what is typed. On the keyboard's thread, but for what is repeated. */
final class Commands {
    private static final Pattern CLOSE = Pattern.compile("([0-9]{1,5})?\\s*(.*)", Pattern.DOTALL);
    private static final Pattern REPEAT =
            Pattern.compile("([0-9]{1,7})(?:\\s+([0-9]{1,7}))?(?:\\s+(.+))?", Pattern.DOTALL);

    private final TerminalPlan plan;
    private final Outbox outbox;
    private final Transcript shown;
    private final TerminalSession session;
    private final Traffic traffic;
    private final Handshake handshake;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "duplex-repeat");
        thread.setDaemon(true);
        return thread;
    });

    private @Nullable Outgoing lastSent;
    private @Nullable Future<?> repeating;

    Commands(
            TerminalPlan plan,
            Outbox outbox,
            Transcript shown,
            TerminalSession session,
            Traffic traffic,
            Handshake handshake) {
        this.plan = plan;
        this.outbox = outbox;
        this.shown = shown;
        this.session = session;
        this.traffic = traffic;
        this.handshake = handshake;
    }

    /** False if it was the last. */
    boolean run(Input input) {
        if (input instanceof Input.Message message) {
            send(new Outgoing.Text(message.text()));
        } else if (input instanceof Input.Unknown unknown) {
            SlashCommand like = SlashCommand.like(unknown.word());
            shown.problem("there is no " + unknown.word() + (like == null ? "" : "; did you mean " + like.word() + "?")
                    + " /help lists what there is, /" + unknown.word() + " sends it as text");
        } else if (input instanceof Input.Command command) {
            try {
                return run(command.command(), command.arguments());
            } catch (IllegalArgumentException | DOMException e) {
                shown.problem(command.command().word() + ": " + e.getMessage());
            } catch (NoSuchFileException e) {
                shown.problem(command.command().word() + ": there is no file " + e.getFile());
            } catch (IOException e) {
                shown.problem(command.command().word() + ": " + e.getMessage());
            }
        }
        return true;
    }

    private boolean run(SlashCommand command, String arguments) throws IOException {
        switch (command) {
            case PING -> ping(arguments.getBytes(StandardCharsets.UTF_8));
            case PONG -> pong(arguments.getBytes(StandardCharsets.UTF_8));
            case BIN -> send(binary(arguments));
            case FILE -> file(path(command, arguments));
            case REPEAT -> repeat(arguments);
            case LAST -> last();
            case SAVE -> save(path(command, arguments));
            case HEADERS -> shown.note(handshake.shown());
            case STATS ->
                shown.note(traffic.report(
                        session.connection(),
                        outbox.socket().map(WebSocket::bufferedAmount).orElse(0L)));
            case CLOSE -> close(arguments);
            case QUIT -> close(plan.closing().code() + " " + plan.closing().reason());
            case HELP -> shown.help();
        }
        return !session.isLeaving();
    }

    // --------------------------------------------------------------------------------------------------------- sending

    void send(Outgoing message) {
        if (message instanceof Outgoing.Text text) {
            shown.sent(text.text());
        } else if (message instanceof Outgoing.Binary binary) {
            shown.sent(binary.bytes());
        }
        lastSent = message;
        sendSilently(message);
    }

    private void sendSilently(Outgoing message) {
        switch (outbox.send(message)) {
            case SENT -> {}
            case WAITS ->
                shown.note("there is no connection: this waits for the next one"
                        + (outbox.waiting() > 1 ? ", as " + (outbox.waiting() - 1) + " before it" : ""));
            case NOT_SENT ->
                shown.problem("not sent: there is no connection"
                        + (outbox.waiting() > 0 ? ", and enough waits already for the next one" : ""));
        }
    }

    /** @throws IllegalArgumentException if there is none */
    private WebSocket open() {
        return outbox.socket().orElseThrow(() -> new IllegalArgumentException("there is no connection at the moment"));
    }

    private void ping(byte[] payload) {
        WebSocket socket = open();
        session.record(() -> RecordedEvent.ping(Direction.OUT, payload));
        (payload.length == 0 ? socket.ping() : socket.ping(payload)).whenComplete((time, failure) -> {
            if (failure == null) {
                shown.note(String.format(Locale.ROOT, "pong after %.3f ms", time.toNanos() / 1e6));
            } else {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                shown.problem("no pong: " + cause.getMessage());
            }
        });
    }

    private void pong(byte[] payload) {
        open().pong(payload);
        session.record(() -> RecordedEvent.pong(Direction.OUT, payload));
        shown.note("pong sent");
    }

    private static Outgoing binary(String arguments) throws IOException {
        return arguments.startsWith("@")
                ? new Outgoing.File(Blob.of(LocalFiles.of(arguments.substring(1).strip())))
                : new Outgoing.Binary(BinaryInput.parse(arguments));
    }

    private static Path path(SlashCommand command, String arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("expected " + command.arguments() + " after it");
        }
        return LocalFiles.of(arguments);
    }

    /** As text if it is UTF-8 and can be text at all. */
    private void file(Path file) throws IOException {
        Blob data = Blob.of(file);
        if (data.size() <= plan.maxMessage()) {
            byte[] bytes = Files.readAllBytes(file);
            send(isUtf8(bytes) ? Outgoing.of(false, bytes) : new Outgoing.Binary(bytes));
        } else {
            shown.sentThing("binary, " + file + ", " + Sizes.of(data.size()));
            send(new Outgoing.File(data));
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

    private void repeat(String arguments) {
        Matcher matcher = REPEAT.matcher(arguments);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected " + SlashCommand.REPEAT.arguments() + " but got '" + arguments + "'");
        }
        if (repeating != null) {
            repeating.cancel(false);
        }
        int times = Integer.parseInt(matcher.group(1));
        Outgoing message = matcher.group(3) == null ? lastSent : new Outgoing.Text(matcher.group(3));
        if (times == 0) {
            shown.note("nothing is repeated");
            return;
        }
        if (message == null) {
            throw new IllegalArgumentException("there is no message yet to repeat; give one after the numbers");
        }
        long pause = matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2));
        AtomicInteger left = new AtomicInteger(times);
        repeating = clock.scheduleAtFixedRate(
                () -> repeatOnce(message, left), 0, Math.max(1, pause), TimeUnit.MILLISECONDS);
    }

    private void repeatOnce(Outgoing message, AtomicInteger left) {
        if (left.get() <= 0 || outbox.socket().isEmpty()) {
            Future<?> current = repeating;
            if (current != null) {
                current.cancel(false);
            }
            return;
        }
        left.decrementAndGet();
        if (message instanceof Outgoing.Text text) {
            shown.sent(text.text());
        }
        sendSilently(message);
    }

    void stop() {
        clock.shutdownNow();
    }

    // --------------------------------------------------------------------------------------------------------- looking

    private void last() {
        Object last = session.lastReceived();
        if (last instanceof String text) {
            shown.whole(text);
        } else if (last instanceof byte[] bytes) {
            shown.whole(bytes);
        } else {
            throw new IllegalArgumentException("no message has come yet");
        }
    }

    private void save(Path file) throws IOException {
        Object last = session.lastReceived();
        byte[] bytes = last instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) last;
        if (bytes == null) {
            throw new IllegalArgumentException("no message has come yet");
        }
        if (Files.exists(file)) {
            throw new IllegalArgumentException(file + " is there already; give another name");
        }
        Files.write(file, bytes);
        shown.note("the last message, " + Sizes.of(bytes.length) + ", is in " + file);
    }

    private void close(String arguments) {
        Matcher matcher = CLOSE.matcher(arguments);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected " + SlashCommand.CLOSE.arguments());
        }
        int code = matcher.group(1) == null ? CloseCode.NORMAL : Integer.parseInt(matcher.group(1));
        String reason = matcher.group(2);
        session.close(code, reason);
    }
}
