package dev.duplex.conformance;

import dev.duplex.conformance.internal.ServerRun;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Checks a server that sends messages back: plays clients, good and evil, one connection for each case, several at a time.
 * Not thread-safe while it is set up.
 */
public final class ServerCheck {
    private final URI uri;
    private int connections = 8;
    private Duration deadline = Duration.ofSeconds(5);
    private @Nullable SSLContext tls;
    private final List<String> fields = new ArrayList<>();
    private Predicate<CaseInfo> cases = info -> true;
    private boolean hostile;
    private Consumer<CaseResult> onResult = result -> {};
    private @Nullable String name;

    /**
     * @param uri of the endpoint, {@code ws:} or {@code wss:} with a host
     * @throws IllegalArgumentException for any other URI
     */
    public ServerCheck(URI uri) {
        String scheme = uri.getScheme();
        if (uri.getHost() == null || !("ws".equalsIgnoreCase(scheme) || "wss".equalsIgnoreCase(scheme))) {
            throw new IllegalArgumentException("expected a URL such as ws://127.0.0.1:9998/echo, but got " + uri);
        }
        this.uri = uri;
    }

    /** How many cases run at a time, 1 to 256; 8 unless told. */
    public ServerCheck connections(int most) {
        if (most < 1 || most > 256) {
            throw new IllegalArgumentException("connections must be 1 to 256 but was " + most);
        }
        connections = most;
        return this;
    }

    /** How long the server may take for what it owes; 5 seconds unless told. After it, it hangs. */
    public ServerCheck deadline(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("the deadline must be longer than nothing but was " + time);
        }
        deadline = time;
        return this;
    }

    /** Which certificates are trusted, and ours; those of the JVM unless told. */
    public ServerCheck tls(SSLContext context) {
        tls = context;
        return this;
    }

    /** A field for every opening handshake, such as {@code Authorization}. */
    public ServerCheck field(String fieldName, String value) {
        if (!fieldName.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || value.chars().anyMatch(c -> c < ' ' || c > 255)) {
            throw new IllegalArgumentException("no HTTP field: " + fieldName + ": " + value);
        }
        fields.add(fieldName + ": " + value);
        return this;
    }

    /** Which cases to run; all unless told. */
    public ServerCheck cases(Predicate<CaseInfo> which) {
        cases = which;
        return this;
    }

    /** Runs the hostile cases too, which hurt a server that has no limits: for one's own servers. */
    public ServerCheck hostile() {
        hostile = true;
        return this;
    }

    private boolean isChosen(CaseInfo info) {
        return (hostile || !info.isHostile()) && cases.test(info);
    }

    /** What to call the server in the report; what it calls itself unless told. */
    public ServerCheck name(String given) {
        name = given;
        return this;
    }

    /** Called after each case, by one thread at a time. */
    public ServerCheck onResult(Consumer<CaseResult> listener) {
        onResult = listener;
        return this;
    }

    /** How many cases {@link #run} would run. */
    public int size() {
        return (int) Catalogue.cases().stream()
                .filter(info -> info.roles().contains(PeerRole.SERVER))
                .filter(this::isChosen)
                .count();
    }

    /**
     * Runs the cases.
     *
     * @throws IOException if the server cannot be reached, or refuses an opening handshake that breaks no rule: nothing can
     *     be checked then
     * @throws InterruptedException if the thread is interrupted
     */
    public Report run() throws IOException, InterruptedException {
        return new ServerRun(
                        uri,
                        connections,
                        deadline,
                        tls,
                        List.copyOf(fields),
                        this::isChosen,
                        Objects.requireNonNull(onResult),
                        name)
                .run();
    }
}
