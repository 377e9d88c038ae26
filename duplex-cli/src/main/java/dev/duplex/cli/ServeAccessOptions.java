package dev.duplex.cli;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Rate;
import dev.duplex.cli.serve.Credentials;
import dev.duplex.core.handshake.HttpFields;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who may come in to {@code duplex serve}, and what its operator sees. */
final class ServeAccessOptions {
    @Option(
            names = "--auth",
            paramLabel = "KIND:WHAT",
            description =
                    "Who may connect: basic:FILE (names and passwords, as htpasswd -B writes them), bearer:FILE (a"
                            + " token in each line, and a name), cmd:PROGRAM (finds the request in its environment; exit 0 lets"
                            + " in, and its first line is the name), header:NAME (the field in which the proxy of --trust-proxy"
                            + " has written the name).")
    private @Nullable String auth;

    /** Where a token may be, besides the field Authorization. */
    enum TokenIn {
        protocol,
        query
    }

    @Option(
            names = "--bearer-in",
            paramLabel = "protocol|query",
            split = ",",
            description = "Where pages, which cannot set a field, may put the token of --auth bearer, too: protocol,"
                    + " as in new WebSocket(url, ['bearer', token]); or query, as in ?access_token=…, which proxies"
                    + " and histories write down.")
    private List<TokenIn> tokenIn = new ArrayList<>();

    @Option(
            names = "--subprotocol",
            paramLabel = "NAME",
            split = ",",
            description = "Subprotocols that are spoken, the favourite first; any takes the first that a client offers;"
                    + " the program finds it in WS_SUBPROTOCOL.")
    private List<String> subprotocols = new ArrayList<>();

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            description = "A field of every response; may be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--header-ws",
            paramLabel = "'NAME: VALUE'",
            description = "A field of the responses that open a WebSocket.")
    private List<String> webSocketHeaders = new ArrayList<>();

    @Option(names = "--header-http", paramLabel = "'NAME: VALUE'", description = "A field of the other responses.")
    private List<String> httpHeaders = new ArrayList<>();

    @Option(
            names = "--max-per-ip",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most connections of one address; beyond them 429; default: any number.")
    private int maxPerAddress;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            converter = Rate.class,
            defaultValue = "0",
            description = "As many messages of a client are read, such as 20/s or 100/m, and those of one second at"
                    + " once; what comes faster waits; default: any number.")
    private double rate;

    @Option(
            names = "--ping-timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "20s",
            description = "Time for the answer to a ping, after which a client is gone; default: ${DEFAULT-VALUE}.")
    private Duration pingTimeout = Duration.ZERO;

    @Option(names = "--access-log", description = "Log each connection when it opens and when it closes.")
    private boolean accessLog;

    @Option(
            names = "--metrics",
            paramLabel = "PATH",
            description = "Tell Prometheus at this path, such as /metrics, what was counted. Whoever may connect may"
                    + " read it.")
    private @Nullable String metrics;

    @Option(names = "--health", paramLabel = "PATH", description = "Answer ok at this path, such as /health.")
    private @Nullable String health;

    @Option(
            names = "--redirect-port",
            paramLabel = "PORT",
            description = "With TLS: a port for plain HTTP that leads to the encrypted one, path and query and all.")
    private @Nullable Integer redirectPort;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "Write the address into this file once clients can connect; removed at the end.")
    private @Nullable Path readyFile;

    @Option(
            names = "--ready-fd",
            paramLabel = "N",
            description = "Write the address as a line to this open file or pipe of ours, once clients can connect.")
    private @Nullable Integer readyDescriptor;

    @Option(
            names = "--unix-mode",
            paramLabel = "MODE",
            description = "Who may use the socket of --unix, in octal such as 660; default: what the umask says.")
    private @Nullable String unixMode;

    Optional<String> auth() {
        return Optional.ofNullable(auth);
    }

    /** @throws CommandFailure if tokens may be where nobody looks for any */
    Credentials credentials() {
        if (!tokenIn.isEmpty() && !auth().orElse("").startsWith("bearer:")) {
            throw ServerOptions.wrong("--bearer-in is for the tokens of --auth bearer:FILE, which is missing");
        }
        return new Credentials(auth().isPresent(), tokenIn.contains(TokenIn.protocol), tokenIn.contains(TokenIn.query));
    }

    double rate() {
        return rate;
    }

    List<String> subprotocols() {
        return subprotocols;
    }

    HttpFields webSocketHeaders() {
        return fields(headers, webSocketHeaders);
    }

    HttpFields httpHeaders() {
        return fields(headers, httpHeaders);
    }

    private static HttpFields fields(List<String> some, List<String> more) {
        HttpFields.Builder fields = HttpFields.builder();
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        for (String line : all) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw ServerOptions.wrong("--header: expected 'Name: value' but got '" + line + "'");
            }
            try {
                fields.add(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                throw ServerOptions.wrong("--header: " + e.getMessage());
            }
        }
        return fields.build();
    }

    int maxPerAddress() {
        ServerOptions.within("--max-per-ip", maxPerAddress, 0, Integer.MAX_VALUE);
        return maxPerAddress;
    }

    Duration pingTimeout() {
        return pingTimeout;
    }

    boolean accessLog() {
        return accessLog;
    }

    Optional<String> metrics() {
        return Optional.ofNullable(metrics);
    }

    Optional<String> health() {
        return Optional.ofNullable(health);
    }

    Optional<Integer> redirectPort() {
        return Optional.ofNullable(redirectPort);
    }

    Optional<Path> readyFile() {
        return Optional.ofNullable(readyFile);
    }

    Optional<Integer> readyDescriptor() {
        if (readyDescriptor != null) {
            ServerOptions.within("--ready-fd", readyDescriptor, 1, Integer.MAX_VALUE);
        }
        return Optional.ofNullable(readyDescriptor);
    }

    /** As bits. */
    Optional<Integer> unixMode() {
        if (unixMode == null) {
            return Optional.empty();
        }
        if (!unixMode.matches("0?[0-7]{3}")) {
            throw ServerOptions.wrong("--unix-mode: expected three octal digits, such as 660, but got " + unixMode);
        }
        return Optional.of(Integer.parseInt(unixMode, 8));
    }
}
