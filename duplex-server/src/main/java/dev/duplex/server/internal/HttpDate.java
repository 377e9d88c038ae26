package dev.duplex.server.internal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** The date of HTTP, {@code Sun, 06 Nov 1994 08:49:37 GMT} (RFC 9110 §5.6.7). */
public final class HttpDate {
    // DateTimeFormatter.RFC_1123_DATE_TIME writes a day below ten with one digit, which IMF-fixdate does not have.
    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private HttpDate() {}

    /** The instant, cut to whole seconds. */
    public static String format(Instant instant) {
        return IMF_FIXDATE.format(instant);
    }

    /** The instant of a date in the preferred form; nothing for the two obsolete forms, which no current client sends. */
    public static Optional<Instant> parse(String date) {
        try {
            return Optional.of(IMF_FIXDATE.parse(date, Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
