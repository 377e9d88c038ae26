package dev.duplex.cli.common;

import dev.duplex.client.CloseEvent;
import dev.duplex.client.Disconnection;
import dev.duplex.client.ErrorEvent;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ended, for the shell and for a person.
 *
 * @param message one or two sentences, and what the server has answered; "" where there is nothing to say
 */
public record Ending(ExitCode exitCode, String message) {
    private static final int BODY_LINES = 5;
    private static final int BODY_LINE = 200;

    private static final Map<String, String> OPTIONS = Map.of(
            "WebSocketOptions.trust", "--ca FILE, and -k trusts every one",
            "WebSocketOptions.serverName", "--sni",
            "WebSocketOptions.identity", "--cert and --key",
            "WebSocketOptions.pin", "--pin",
            "(connectTimeout)", "(--connect-timeout)",
            "(handshakeTimeout)", "(--connect-timeout)",
            "pongTimeout", "--ping-timeout",
            "maxMessageBytes", "--max-message",
            "addressFamily", "-4, -6");

    /** The end of a connection that was never open, from the two events that tell of it. */
    public static Ending notOpened(ErrorEvent error, CloseEvent close) {
        return notOpened(error.response(), close.kind(), error.message());
    }

    /** The end of a connection that is not made anew. */
    public static Ending of(Disconnection last) {
        return switch (last.kind()) {
            case NOT_CONNECTED, REFUSED, TLS -> notOpened(last.response(), last.kind(), last.cause());
            default -> closed(last.kind(), last.code(), last.reason(), last.cause());
        };
    }

    /** The same from what they are made of. */
    public static Ending notOpened(@Nullable HandshakeResponse response, CloseKind kind, String cause) {
        return notOpened(Optional.ofNullable(response), kind, cause);
    }

    private static Ending notOpened(Optional<HandshakeResponse> response, CloseKind kind, String cause) {
        if (response.isPresent()) {
            return refused(cause, response.get());
        }
        String message = inOptions(cause);
        return switch (kind) {
            case TLS -> new Ending(ExitCode.TLS, message);
            // By a proxy, or with something that is no HTTP.
            case REFUSED ->
                new Ending(message.contains("server's answer") ? ExitCode.PROTOCOL : ExitCode.REFUSED, message);
            default -> {
                if (message.contains("has not answered")) {
                    yield new Ending(ExitCode.TIMEOUT, message);
                }
                if (message.contains("closed the connection")) {
                    yield new Ending(ExitCode.LOST, message + "; does it speak WebSocket there, and without TLS?");
                }
                if (message.endsWith("is not known")) {
                    yield new Ending(
                            ExitCode.CONNECT, message + "; check its spelling, or give its address with --resolve");
                }
                yield new Ending(
                        ExitCode.CONNECT,
                        message.contains(" the proxy ")
                                ? message
                                : message.replace(
                                        "; nothing listens there",
                                        "; is the server running? 'duplex echo' starts one"));
            }
        };
    }

    /** The end of a connection that was open. */
    public static Ending closed(CloseEvent close) {
        return closed(close.kind(), close.code(), close.reason(), close.cause());
    }

    private static Ending closed(CloseKind kind, int code, String reason, String cause) {
        return switch (kind) {
            case CLOSED_BY_PEER, CLOSED_BY_US -> byCode(code, reason);
            case VIOLATION -> new Ending(ExitCode.PROTOCOL, "the server broke the protocol: " + inOptions(cause));
            case LIMIT ->
                new Ending(
                        ExitCode.PROTOCOL,
                        "what the server sends is beyond a limit: " + inOptions(cause)
                                + "; --max-message raises that of messages");
            case FAILED -> new Ending(ExitCode.INTERNAL, inOptions(cause));
            default -> new Ending(ExitCode.LOST, "the connection is lost: " + inOptions(cause));
        };
    }

    private static Ending byCode(int code, String text) {
        ExitCode exitCode = ExitCode.ofClose(code);
        String reason = text.isEmpty() ? "" : ", reason: " + printable(text);
        return new Ending(exitCode, exitCode == ExitCode.OK ? "" : "the server closed with " + code + reason);
    }

    /** The client's messages name its settings; whoever types a command sets them by options. */
    public static String inOptions(String message) {
        String text = message;
        for (Map.Entry<String, String> setting : OPTIONS.entrySet()) {
            text = text.replace(setting.getKey(), setting.getValue());
        }
        return text;
    }

    private static Ending refused(String cause, HandshakeResponse response) {
        if (response.status() == 101) {
            return new Ending(ExitCode.PROTOCOL, inOptions(cause));
        }
        if (cause.startsWith("the proxy") || cause.startsWith("the redirect")) {
            return new Ending(ExitCode.REFUSED, inOptions(cause));
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
                    case 429, 503 ->
                        response.fields()
                                .first("Retry-After")
                                .map(time -> "try again after " + printable(time)
                                        + (time.matches("[0-9]+") ? " seconds" : ""))
                                .orElse("try again later");
                    default -> null;
                });
    }

    /** Without control characters, which could play with a terminal. */
    public static String printable(String text) {
        return text.codePoints()
                .mapToObj(c ->
                        Character.isISOControl(c) ? String.format(Locale.ROOT, "\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }
}
