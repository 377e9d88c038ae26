package dev.duplex.cli.websocketd;

import dev.duplex.cli.websocketd.GoFlags.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was asked for, in websocketd's words: the flags of 0.4.1 and those that 0.5.0 adds.
 *
 * @param addresses to bind to, without a port; empty for every interface
 * @param command the program, found in the PATH, and its arguments; empty with {@code --dir}
 * @param passedVariables names of the parent's variables that programs get
 * @param closeTime what each of the first three steps of a stop waits longer
 * @param pingInterval zero for no pings
 * @param maxForks zero for no limit
 * @param maxFrameBytes zero for the most that there can be
 */
record WebsocketdFlags(
        int port,
        List<String> addresses,
        Optional<Path> unixSocket,
        Optional<Path> certificate,
        Optional<Path> key,
        Optional<Path> clientAuthority,
        Optional<Integer> redirectPort,
        boolean sameOrigin,
        List<String> origins,
        List<String> passedVariables,
        boolean binary,
        boolean passErrors,
        boolean reverseLookup,
        Optional<Path> directory,
        Optional<Path> staticDirectory,
        Optional<Path> cgiDirectory,
        boolean console,
        int maxForks,
        long maxFrameBytes,
        Duration closeTime,
        Duration pingInterval,
        List<String> headers,
        List<String> webSocketHeaders,
        List<String> httpHeaders,
        WebsocketdLevel level,
        List<String> command) {

    private static final int MAX_PORT = 65_535;

    /** Those of 0.5.0; before, both were without a limit. */
    private static final int MAX_FORKS = 1024;

    private static final long MAX_FRAME_BYTES = 1 << 20;

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("address", Kind.LIST),
            Map.entry("binary", Kind.SWITCH),
            Map.entry("cgidir", Kind.TEXT),
            Map.entry("closems", Kind.COUNT),
            Map.entry("devconsole", Kind.SWITCH),
            Map.entry("dir", Kind.TEXT),
            Map.entry("h", Kind.SWITCH),
            Map.entry("header", Kind.LIST),
            Map.entry("header-http", Kind.LIST),
            Map.entry("header-ws", Kind.LIST),
            Map.entry("help", Kind.SWITCH),
            Map.entry("license", Kind.SWITCH),
            Map.entry("loglevel", Kind.TEXT),
            Map.entry("maxforks", Kind.NUMBER),
            Map.entry("maxframesize", Kind.NUMBER),
            Map.entry("origin", Kind.TEXT),
            Map.entry("passenv", Kind.TEXT),
            Map.entry("passstderr", Kind.SWITCH),
            Map.entry("pingms", Kind.COUNT),
            Map.entry("port", Kind.NUMBER),
            Map.entry("redirport", Kind.NUMBER),
            Map.entry("reverselookup", Kind.SWITCH),
            Map.entry("sameorigin", Kind.SWITCH),
            Map.entry("ssl", Kind.SWITCH),
            Map.entry("sslca", Kind.TEXT),
            Map.entry("sslcert", Kind.TEXT),
            Map.entry("sslkey", Kind.TEXT),
            Map.entry("staticdir", Kind.TEXT),
            Map.entry("unixsocket", Kind.TEXT),
            Map.entry("version", Kind.SWITCH));

    /** As websocketd has it on Linux. */
    private static final String DEFAULT_PASSED = "PATH,LD_LIBRARY_PATH";

    boolean isEncrypted() {
        return certificate.isPresent();
    }

    /** Whether there is a TCP port, and not just a Unix socket. */
    boolean listensOnTcp() {
        return unixSocket.isEmpty() || !addresses.isEmpty();
    }

    /** Whether pages of every site may connect. */
    boolean letsEveryOriginIn() {
        return !sameOrigin && origins.isEmpty();
    }

    /**
     * Reads and checks them, in websocketd's order.
     *
     * @param flags parsed already
     * @param path where the command is looked for
     * @throws WebsocketdExit with the code and the words of websocketd
     */
    static WebsocketdFlags of(GoFlags flags, String path) throws WebsocketdExit {
        WebsocketdLevel level = level(flags.text("loglevel").orElse("access"));
        Optional<String> certificate = flags.text("sslcert");
        Optional<String> key = flags.text("sslkey");
        boolean ssl = flags.isOn("ssl");
        if (ssl && (certificate.isEmpty() || key.isEmpty())) {
            throw wrong("Please specify both --sslcert and --sslkey when requesting --ssl.");
        }
        if (!ssl
                && (certificate.isPresent()
                        || key.isPresent()
                        || flags.text("sslca").isPresent())) {
            throw wrong("You should not be using --ssl* flags when there is no --ssl option.");
        }
        if (flags.isOn("passstderr") && flags.isOn("binary")) {
            throw wrong("Invalid parameters: --passstderr cannot be used with --binary. Pick one.");
        }
        List<String> command = command(flags, path);
        return new WebsocketdFlags(
                port("port", flags.number("port", 0), ssl ? HTTPS : HTTP),
                addresses(flags.list("address")),
                flags.text("unixsocket").map(Path::of),
                certificate.map(Path::of),
                key.map(Path::of),
                flags.text("sslca").map(Path::of),
                flags.number("redirport", 0) == 0
                        ? Optional.empty()
                        : Optional.of(port("redirport", flags.number("redirport", 0), HTTP)),
                flags.isOn("sameorigin"),
                names(flags.text("origin").orElse("")),
                names(flags.text("passenv").orElse(DEFAULT_PASSED)),
                flags.isOn("binary"),
                flags.isOn("passstderr"),
                flags.isOn("reverselookup"),
                directory(flags),
                folder(flags, "staticdir", "Your static dir '%s' is not pointing to an accessible directory."),
                folder(flags, "cgidir", "Your CGI dir '%s' is not pointing to an accessible directory."),
                flags.isOn("devconsole"),
                (int) Math.max(0, Math.min(Integer.MAX_VALUE, flags.number("maxforks", MAX_FORKS))),
                Math.max(0, flags.number("maxframesize", MAX_FRAME_BYTES)),
                Duration.ofMillis(Math.min(Integer.MAX_VALUE, flags.number("closems", 0))),
                Duration.ofMillis(Math.min(Integer.MAX_VALUE, flags.number("pingms", 0))),
                headers(flags, "header"),
                headers(flags, "header-ws"),
                headers(flags, "header-http"),
                level,
                command);
    }

    private static WebsocketdLevel level(String name) throws WebsocketdExit {
        return Arrays.stream(WebsocketdLevel.values())
                .filter(level -> level.name().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> wrong("Incorrect loglevel flag '" + name + "'. Use --help to see allowed values."));
    }

    private static int port(String flag, long number, int fallback) throws WebsocketdExit {
        if (number < 0 || number > MAX_PORT) {
            throw wrong("Expected --" + flag + " from 1 to " + MAX_PORT + " but got " + number + ".");
        }
        return number == 0 ? fallback : (int) number;
    }

    private static List<String> addresses(List<String> given) {
        return given.stream()
                .map(address -> address.startsWith("[") && address.endsWith("]")
                        ? address.substring(1, address.length() - 1)
                        : address)
                .filter(address -> !address.isEmpty())
                .toList();
    }

    private static List<String> names(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static List<String> headers(GoFlags flags, String name) throws WebsocketdExit {
        for (String header : flags.list(name)) {
            if (header.indexOf(':') <= 0) {
                throw wrong("Expected --" + name + "=\"Name: value\" but got '" + header + "'.");
            }
        }
        return flags.list(name);
    }

    private static List<String> command(GoFlags flags, String path) throws WebsocketdExit {
        List<String> words = flags.rest();
        boolean others = flags.text("dir").isPresent()
                || flags.text("staticdir").isPresent()
                || flags.text("cgidir").isPresent();
        if (words.isEmpty()) {
            if (!others) {
                throw wrong("Please specify COMMAND or provide --dir, --staticdir or --cgidir argument.");
            }
            return List.of();
        }
        if (flags.text("dir").isPresent()) {
            throw wrong("Ambiguous. Provided COMMAND and --dir argument. Please only specify just one.");
        }
        List<String> command = new ArrayList<>(words);
        command.set(
                0,
                inPath(words.get(0), path)
                        .orElseThrow(
                                () -> wrong("Unable to locate specified COMMAND '" + words.get(0) + "' in OS path.")));
        return List.copyOf(command);
    }

    /** As a shell looks for it; a name with a slash is a file as it is. */
    private static Optional<String> inPath(String name, String path) {
        if (name.indexOf('/') >= 0) {
            return isProgram(Path.of(name)) ? Optional.of(name) : Optional.empty();
        }
        return Arrays.stream(path.split(":"))
                .filter(place -> !place.isEmpty())
                .map(place -> Path.of(place, name))
                .filter(WebsocketdFlags::isProgram)
                .map(Path::toString)
                .findFirst();
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private static Optional<Path> directory(GoFlags flags) throws WebsocketdExit {
        Optional<String> name = flags.text("dir");
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Path directory = Path.of(name.get());
        if (!Files.exists(directory)) {
            throw wrong("Could not find your script dir '" + name.get() + "'.");
        }
        if (!Files.isDirectory(directory)) {
            throw wrong("Did you mean to specify COMMAND instead of --dir '" + name.get() + "'?");
        }
        return Optional.of(directory);
    }

    private static Optional<Path> folder(GoFlags flags, String flag, String problem) throws WebsocketdExit {
        Optional<String> name = flags.text(flag);
        if (name.isPresent() && !Files.isDirectory(Path.of(name.get()))) {
            throw wrong(problem.formatted(name.get()));
        }
        return name.map(Path::of);
    }

    private static WebsocketdExit wrong(String message) {
        return new WebsocketdExit(WebsocketdExit.CONFIGURATION, message);
    }
}
