package dev.duplex.cli.common;

import dev.duplex.client.Proxy;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import java.io.Console;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that every verb with a client has: as whom it connects, by which way, how protected, and within which
 * bounds. A picocli mixin.
 */
public final class ClientOptions {
    private static final Pattern RESOLVE = Pattern.compile("(\\[[^]]+]|[^:]+):([0-9]{1,5}):(.+)");
    private static final Pattern COOKIE = Pattern.compile("\\s*([^=\\s]+)=([^;]*?)\\s*");

    /** Waiting messages are bounded by an int, and a message has to fit into one buffer. */
    private static final long MAX_MESSAGE = 1L << 30;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_BUFFERED = 1 << 30;

    /** How long the server may take to answer our close frame. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    enum Deflate {
        on,
        off
    }

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header field of the handshake; may be repeated. @FILE: one in each line of a file.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-u", "--user"},
            paramLabel = "NAME:PASSWORD",
            description = "Basic credentials. Without :PASSWORD it is asked for; @FILE reads both from a file,"
                    + " as the variable DUPLEX_USER does from the environment, so that the list of processes does"
                    + " not show them.")
    private @Nullable String user;

    @Option(
            names = "--bearer",
            paramLabel = "TOKEN",
            description = "A bearer token; @FILE reads it from a file, DUPLEX_BEARER holds it in the environment.")
    private @Nullable String bearer;

    @Option(
            names = "--cookie",
            paramLabel = "NAME=VALUE",
            description = "A cookie, or several with ; between; may be repeated.")
    private List<String> cookies = new ArrayList<>();

    @Option(
            names = {"-o", "--origin"},
            paramLabel = "ORIGIN",
            description = "Connect as a web page of this origin, such as https://example.com, does.")
    private @Nullable String origin;

    @Option(
            names = {"-s", "--subprotocol"},
            paramLabel = "NAME",
            split = ",",
            description = "Offer a subprotocol, or several with commas between, the favourite first.")
    private List<String> subprotocols = new ArrayList<>();

    @Option(names = "--user-agent", paramLabel = "TEXT", description = "The User-Agent field; default: duplex/VERSION.")
    private @Nullable String userAgent;

    @Option(
            names = "--resolve",
            paramLabel = "HOST:PORT:ADDRESS",
            description = "Take this address for HOST in place of what DNS says; may be repeated.")
    private List<String> resolve = new ArrayList<>();

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "Connect to a Unix socket; ws+unix:///PATH:/URI is one, too.")
    private @Nullable Path unix;

    @Option(
            names = "--proxy",
            paramLabel = "URL",
            description = "Go through http://, https://, socks5:// or socks5h://NAME:PASSWORD@HOST:PORT; 'none' for no"
                    + " proxy. Default: what https_proxy, all_proxy and no_proxy say. @FILE reads it from a file.")
    private @Nullable String proxy;

    @Option(
            names = {"-L", "--location"},
            description = "Follow up to 5 redirects; credentials do not go along to another server.")
    private boolean followRedirects;

    @Option(names = "-4", description = "Connect by IPv4 only.")
    private boolean ipv4;

    @Option(names = "-6", description = "Connect by IPv6 only.")
    private boolean ipv6;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "10s",
            description = "Time for the connection to be made, and again for the handshake; default: ${DEFAULT-VALUE}.")
    private Duration connectTimeout = Duration.ZERO;

    @Option(
            names = {"-k", "--insecure"},
            description = "Trust every certificate: for a test server, and nothing else.")
    private boolean insecure;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trust these certificates (PEM or PKCS#12) in place of the public authorities.")
    private @Nullable Path ca;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Our certificate chain (PEM), for servers that ask; its key may stand in the same file. Or"
                    + " both in one of PKCS#12 (.p12, .pfx).")
    private @Nullable Path cert;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8).")
    private @Nullable Path key;

    @Option(
            names = "--password",
            paramLabel = "TEXT",
            description = "Password of PKCS#12 files; @FILE reads it from a file, DUPLEX_PASSWORD holds it.")
    private @Nullable String password;

    @Option(
            names = "--pin",
            paramLabel = "SHA256",
            description = "A key that the server must have, as sha256//BASE64 or 64 hexadecimal digits; may be"
                    + " repeated.")
    private List<String> pins = new ArrayList<>();

    @Option(
            names = "--sni",
            paramLabel = "NAME",
            description = "The name to ask for by TLS, and to find in the certificate.")
    private @Nullable String serverName;

    @Option(
            names = "--ping",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "25s",
            description = "Silence after which the server is sent a ping; 0 for none; default: ${DEFAULT-VALUE}.")
    private Duration ping = Duration.ZERO;

    @Option(
            names = "--ping-timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "20s",
            description = "Time for its answer, after which the connection is lost; default: ${DEFAULT-VALUE}.")
    private Duration pingTimeout = Duration.ZERO;

    @Option(
            names = "--deflate",
            paramLabel = "on|off",
            description = "Offer compression (permessage-deflate); default: ${DEFAULT-VALUE}.")
    private Deflate deflate = Deflate.on;

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            defaultValue = "64m",
            description = "Largest message, in and out, such as 64k or 1m; default: ${DEFAULT-VALUE}.")
    private long maxMessage;

    private final Map<String, String> environment;

    public ClientOptions() {
        this(System.getenv());
    }

    ClientOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Those of a verb that does not offer compression unless it is told to. */
    public static ClientOptions withoutCompression() {
        ClientOptions options = new ClientOptions();
        options.deflate = Deflate.off;
        return options;
    }

    /** Largest message in bytes, {@code --max-message}. */
    public int maxMessage() {
        within("--max-message", maxMessage, 1, MAX_MESSAGE);
        return (int) maxMessage;
    }

    /**
     * All of it as the client's options, to which a verb may add its own.
     *
     * @throws CommandFailure for values that cannot be, and for a host that is not known
     */
    public WebSocketOptions.Builder builder(Target target) {
        WebSocketOptions.Builder options = WebSocketOptions.builder();
        options.limits(limits());
        options.connectTimeout(connectTimeout.isZero() ? Duration.ofDays(1) : connectTimeout);
        options.compression(deflate == Deflate.on ? DeflateOptions.SHARED : DeflateOptions.DISABLED);
        options.protocols(subprotocols.stream().map(String::strip).toArray(String[]::new));
        fields(options);
        credentials(options);
        way(options, target);
        tls(options);
        return options;
    }

    private Limits limits() {
        if (pingTimeout.isZero()) {
            throw CommandFailure.usage("--ping-timeout must be longer than 0; --ping 0 sends no pings");
        }
        return WebSocketOptions.DEFAULT_LIMITS
                .withMaxMessageBytes(maxMessage())
                .withMaxBufferedBytes(MAX_BUFFERED)
                .withHandshakeTimeout(connectTimeout.isZero() ? Duration.ofDays(1) : connectTimeout)
                .withCloseTimeout(CLOSE_TIMEOUT)
                .withKeepalive(ping, pingTimeout);
    }

    private void fields(WebSocketOptions.Builder options) {
        boolean named = false;
        for (String typed : headers) {
            List<String> lines = typed.startsWith("@")
                    ? Secret.ofFile("--header " + typed, typed.substring(1))
                            .lines()
                            .toList()
                    : List.of(typed);
            for (String line : lines) {
                int colon = line.indexOf(':');
                if (colon <= 0) {
                    throw CommandFailure.usage("--header: expected 'Name: value' but "
                            + (typed.startsWith("@") ? "a line of the file has no colon" : "got '" + line + "'"));
                }
                String name = line.substring(0, colon).strip();
                named |= name.equalsIgnoreCase("User-Agent");
                checked(
                        "--header",
                        () -> options.header(name, line.substring(colon + 1).strip()));
            }
        }
        if (userAgent != null || !named) {
            String agent = userAgent != null ? userAgent : "duplex/" + version();
            checked("--user-agent", () -> options.header("User-Agent", agent));
        }
        if (origin != null) {
            String given = origin;
            checked("--origin", () -> options.origin(given));
        }
        for (String cookie : cookies) {
            for (String pair : cookie.split(";")) {
                Matcher matcher = COOKIE.matcher(pair);
                if (!matcher.matches()) {
                    throw CommandFailure.usage("--cookie: expected NAME=VALUE but got '" + pair.strip() + "'");
                }
                checked("--cookie", () -> options.cookie(matcher.group(1), matcher.group(2)));
            }
        }
    }

    private static String version() {
        try {
            return Version.current();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void credentials(WebSocketOptions.Builder options) {
        if (user != null && bearer != null) {
            throw CommandFailure.usage("--user and --bearer contradict each other: leave one of them out");
        }
        Optional<String> token =
                user == null ? Secret.read("--bearer", bearer, "DUPLEX_BEARER", environment) : Optional.empty();
        Optional<String> basic =
                bearer == null ? Secret.read("--user", user, "DUPLEX_USER", environment) : Optional.empty();
        token.ifPresent(value -> checked("--bearer", () -> options.bearer(value)));
        if (basic.isPresent() && (token.isEmpty() || user != null)) {
            String value = basic.get();
            int colon = value.indexOf(':');
            String name = colon < 0 ? value : value.substring(0, colon);
            String password = colon < 0 ? askedFor(name) : value.substring(colon + 1);
            checked("--user", () -> options.basic(name, password));
        }
    }

    private static String askedFor(String name) {
        Console console = System.console();
        char[] password = console == null ? null : console.readPassword("Password of %s: ", name);
        if (password == null) {
            throw CommandFailure.usage(
                    "--user: expected NAME:PASSWORD or @FILE, and there is no terminal to ask for a" + " password");
        }
        return new String(password);
    }

    private void way(WebSocketOptions.Builder options, Target target) {
        Optional<Path> socket = unix != null ? Optional.of(unix) : target.unix();
        socket.ifPresent(options::unixSocket);
        for (String typed : resolve) {
            Matcher matcher = RESOLVE.matcher(typed);
            if (!matcher.matches()) {
                throw CommandFailure.usage("--resolve: expected HOST:PORT:ADDRESS but got '" + typed + "'");
            }
            int port = Integer.parseInt(matcher.group(2));
            within("--resolve", port, 1, MAX_PORT);
            options.resolve(matcher.group(1), port, address(matcher.group(3)));
        }
        if (ipv4 && ipv6) {
            throw CommandFailure.usage("-4 and -6 contradict each other: leave one of them out");
        }
        if (ipv4 || ipv6) {
            options.addressFamily(ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        }
        if (followRedirects) {
            options.followRedirects();
        }
        if (proxy == null) {
            checked("proxy of the environment", () -> options.proxyFromEnvironment(environment));
        } else if (!proxy.equals("none")) {
            String given = proxy.startsWith("@") ? Secret.ofFile("--proxy " + proxy, proxy.substring(1)) : proxy;
            checked("--proxy", () -> options.proxy(Proxy.parse(given)));
        }
    }

    private static InetAddress address(String text) {
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (bare.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            try {
                return InetAddress.getByName(bare); // an address in numbers: nothing is looked up
            } catch (UnknownHostException e) {
                // said below
            }
        }
        throw CommandFailure.usage("--resolve: expected an IP address but got '" + text + "'");
    }

    private void tls(WebSocketOptions.Builder options) {
        if (insecure && ca != null) {
            throw CommandFailure.usage("-k trusts every certificate: leave out --ca, or -k");
        }
        if (insecure) {
            options.insecurelyTrustAnyCertificate();
        }
        if (ca != null) {
            Path file = ca;
            checked("--ca", () -> {
                if (isPkcs12(file)) {
                    options.trust(file, password());
                } else {
                    options.trust(file);
                }
            });
        }
        if (key != null && cert == null) {
            throw CommandFailure.usage("--key needs its certificate: add --cert");
        }
        if (cert != null) {
            Path chain = cert;
            checked("--cert", () -> {
                if (key == null && isPkcs12(chain)) {
                    options.identity(chain, password());
                } else {
                    options.identity(chain, key == null ? chain : key);
                }
            });
        }
        for (String pin : pins) {
            checked("--pin", () -> options.pin(pin));
        }
        if (serverName != null) {
            String name = serverName;
            checked("--sni", () -> options.serverName(name));
        }
    }

    private static boolean isPkcs12(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(p12|pfx)");
    }

    private String password() {
        return Secret.read("--password", password, "DUPLEX_PASSWORD", environment)
                .orElse("");
    }

    /** Of a wrong value, the client says what it is, and this which option it came with. */
    private static void checked(String option, Runnable setting) {
        try {
            setting.run();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(option + ": " + e.getMessage());
        }
    }

    private static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CommandFailure.usage(
                    option + ": expected a number from " + least + " to " + most + " but got " + value);
        }
    }
}
