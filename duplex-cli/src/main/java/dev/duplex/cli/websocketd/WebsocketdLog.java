package dev.duplex.cli.websocketd;

import dev.duplex.cli.common.Ending;
import dev.duplex.cli.serve.ServeLog;
import dev.duplex.cli.serve.Visitor;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;

/** The log in websocketd's form: {@code TIME | LEVEL | CATEGORY | key:'value' ... | message}, on stdout. */
final class WebsocketdLog extends ServeLog {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

    private final Clock clock;
    private final WebsocketdLevel least;

    /** What is known of a client, as long as anybody knows the client. */
    private final Map<Visitor, String> about = Collections.synchronizedMap(new WeakHashMap<>());

    WebsocketdLog(PrintWriter out, Clock clock, WebsocketdLevel least) {
        super(out, clock);
        this.clock = clock;
        this.least = least;
    }

    /** What lines about this client begin with from here on. */
    void about(Visitor visitor, String associations) {
        about.put(visitor, associations);
    }

    String about(Visitor visitor) {
        String known = about.get(visitor);
        return known == null ? associated("id", visitor.connection()) : known;
    }

    /** Such as {@code id:'1' remote:'127.0.0.1'}; what clients have sent is made harmless. */
    static String associated(String... namesAndValues) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            all.append(i == 0 ? "" : " ")
                    .append(namesAndValues[i])
                    .append(":'")
                    .append(Ending.printable(namesAndValues[i + 1]))
                    .append('\'');
        }
        return all.toString();
    }

    /** Whether lines of this level are written. */
    boolean tells(WebsocketdLevel level) {
        return level.compareTo(least) >= 0;
    }

    void log(WebsocketdLevel level, String category, String associations, String message) {
        if (tells(level)) {
            offer(String.format(
                    Locale.ROOT,
                    "%s | %-6s | %-10s | %s | %s",
                    TIME.format(ZonedDateTime.now(clock)),
                    level.name().toUpperCase(Locale.ROOT),
                    category,
                    associations,
                    message));
        }
    }

    /** What the core has to say. */
    @Override
    public void line(String text) {
        log(WebsocketdLevel.error, "process", "", text);
    }

    @Override
    public void errors(Visitor visitor, String line) {
        log(WebsocketdLevel.error, "stderr", about(visitor), line);
    }
}
