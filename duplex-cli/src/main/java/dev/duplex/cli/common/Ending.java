package dev.duplex.cli.common;

import dev.duplex.client.CloseEvent;
import dev.duplex.client.ErrorEvent;
import dev.duplex.core.handshake.HandshakeResponse;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ended, for the shell and for a person.
 *
 * @param message one or two sentences, and what the server has answered; "" where there is nothing to say
 */
public record Ending(ExitCode exitCode, String message) {
    private static final int BODY_LINES = 5;
    private static final int BODY_LINE = 200;

    /** The end of a connection that was never open. */
    public static Ending notOpened(ErrorEvent error) {
        return error.response().map(response -> refused(error, response)).orElseGet(() -> unanswered(error));
    }

    /** The end of a connection that was open. */
    public static Ending closed(CloseEvent close, @Nullable ErrorEvent error) {
        if (error != null && error.message().contains("(RFC ")) {
            return new Ending(ExitCode.PROTOCOL, "the server broke the protocol: " + error.message());
        }
        ExitCode exitCode = ExitCode.ofClose(close.code());
        return new Ending(
                exitCode,
                switch (exitCode) {
                    case OK -> "";
                    case LOST -> "the connection is lost: " + close.cause();
                    default ->
                        "the server closed with " + close.code()
                                + (close.reason().isEmpty() ? "" : ", reason: " + printable(close.reason()));
                });
    }

    static String unknownHost(String host) {
        return "the host " + host + " is not known; check its spelling, or give its address with --resolve";
    }

    private static Ending unanswered(ErrorEvent error) {
        String message = error.message();
        Throwable cause = error.error().orElse(null);
        if (has(cause, SSLException.class)) {
            int advice = message.indexOf("; a certificate that is not publicly trusted");
            return new Ending(
                    ExitCode.TLS,
                    (advice < 0 ? message : message.substring(0, advice))
                            + "; --ca FILE trusts the certificate of your own server, -k trusts every one");
        }
        if (has(cause, UnknownHostException.class)) {
            return new Ending(ExitCode.CONNECT, message + "; check its spelling, or give its address with --resolve");
        }
        if (message.startsWith("could not connect") || has(cause, ConnectException.class)) {
            return new Ending(
                    ExitCode.CONNECT,
                    message.replace("; nothing listens there", "; is the server running? 'duplex echo' starts one"));
        }
        if (message.contains("has not answered")) {
            return new Ending(ExitCode.TIMEOUT, message.replace("(handshakeTimeout)", "(--connect-timeout)"));
        }
        if (message.contains("closed the connection")) {
            return new Ending(ExitCode.LOST, message + "; does it speak WebSocket there, and without TLS?");
        }
        if (message.contains("no HTTP response") || message.contains("no valid HTTP")) {
            return new Ending(ExitCode.PROTOCOL, message);
        }
        return new Ending(ExitCode.CONNECT, message);
    }

    private static Ending refused(ErrorEvent error, HandshakeResponse response) {
        if (response.status() == 101) {
            return new Ending(ExitCode.PROTOCOL, error.message());
        }
        String hint = hint(response).map(text -> "; " + text).orElse("");
        String body = response.body()
                .lines()
                .filter(line -> !line.isBlank())
                .limit(BODY_LINES)
                .map(line ->
                        "\n  | " + printable(line.length() > BODY_LINE ? line.substring(0, BODY_LINE) + "…" : line))
                .collect(Collectors.joining());
        String location = response.fields()
                .first("Location")
                .map(to -> "; it leads to " + printable(to) + ", and -L follows it")
                .orElse("");
        return new Ending(
                ExitCode.REFUSED,
                "the server refused the opening handshake with HTTP " + response.status() + location + hint + body);
    }

    private static Optional<String> hint(HandshakeResponse response) {
        return Optional.ofNullable(
                switch (response.status()) {
                    case 200 -> "this is a page or an API, and no WebSocket endpoint: is the path right?";
                    case 401 -> "give credentials with --user or --bearer";
                    case 403 -> "does the server want credentials (--user, --bearer) or an --origin that it knows?";
                    case 404 -> "is the path right?";
                    case 407 -> "the proxy wants credentials: --proxy http://NAME:PASSWORD@HOST:PORT";
                    case 429, 503 ->
                        response.fields()
                                .first("Retry-After")
                                .map(time -> "try again after " + printable(time)
                                        + (time.matches("[0-9]+") ? " seconds" : ""))
                                .orElse("try again later");
                    default -> null;
                });
    }

    private static boolean has(@Nullable Throwable thrown, Class<? extends Throwable> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Without control characters, which could play with a terminal. */
    public static String printable(String text) {
        return text.codePoints()
                .mapToObj(c ->
                        Character.isISOControl(c) ? String.format(Locale.ROOT, "\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }
}
