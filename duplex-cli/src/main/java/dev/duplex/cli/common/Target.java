package dev.duplex.cli.common;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where to connect to, as it is typed: a URL, or less where the rest can be guessed, or a Unix socket. */
public final class Target {
    private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://.*");

    /** As npm's ws has it, {@code ws+unix:/run/app.sock:/path?query}, and what {@code duplex echo --unix} prints. */
    private static final Pattern UNIX = Pattern.compile("(?:(ws|wss)\\+)?unix:(?://)?(/[^:]*|[^/:][^:]*)(?::(/.*))?");

    private static final Pattern USER = Pattern.compile("//[^/?#]*@");

    private final String url;
    private final @Nullable Path unix;

    private Target(String url, @Nullable Path unix) {
        this.url = url;
        this.unix = unix;
    }

    /** Understands {@code ws://host/path}, {@code host:8080/path}, {@code :8080/path} and {@code ws+unix:///path:/uri}. */
    public static Target of(String typed) {
        Matcher socket = UNIX.matcher(typed);
        if (socket.matches()) {
            String scheme = socket.group(1) == null ? "ws" : socket.group(1).toLowerCase(Locale.ROOT);
            String path = socket.group(3) == null ? "/" : socket.group(3);
            return new Target(scheme + "://localhost" + path, Path.of(socket.group(2)));
        }
        if (typed.startsWith(":")) {
            return new Target("ws://localhost" + typed, null);
        }
        return new Target(SCHEME.matcher(typed).matches() ? typed : "ws://" + typed, null);
    }

    /** With a scheme; otherwise as typed. */
    public String url() {
        return url;
    }

    /** The Unix socket, if the URL names one. */
    public Optional<Path> unix() {
        return Optional.ofNullable(unix);
    }

    /** As it may be shown: without a user and a password. */
    @Override
    public String toString() {
        String shown = USER.matcher(url).replaceFirst("//");
        return unix == null ? shown : shown + " at " + unix;
    }
}
