package dev.duplex.client;

import dev.duplex.core.handshake.HandshakeResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** How long a server that refuses a handshake asks to be left alone: the field {@code Retry-After}. */
final class RetryAfter {
    /** More digits than any server means, and fewer than overflow. */
    private static final int MAX_DIGITS = 9;

    private RetryAfter() {}

    /**
     * The time from now. RFC 6585 §4 has the field in a 429, RFC 9110 §15.6.4 in a 503; from other refusals it is not
     * taken.
     *
     * @param now by the clock on the wall; of use only if the server does not say what its own shows
     */
    static Optional<Duration> of(HandshakeResponse response, Instant now) {
        if (response.status() != 429 && response.status() != 503) {
            return Optional.empty();
        }
        // RFC 9110 §10.2.3: Retry-After = HTTP-date / delay-seconds
        Optional<String> value = response.fields().first("Retry-After").map(String::strip);
        if (value.isPresent() && value.get().matches("[0-9]+")) {
            String digits = value.get();
            boolean sensible = digits.length() <= MAX_DIGITS;
            return Optional.of(sensible ? Duration.ofSeconds(Long.parseLong(digits)) : Duration.ofDays(36_500));
        }
        // The clocks of two machines differ, but those of two fields of one response do not.
        Instant from = response.fields().first("Date").flatMap(RetryAfter::date).orElse(now);
        return value.flatMap(RetryAfter::date)
                .map(until -> Duration.between(from, until))
                .map(delay -> delay.isNegative() ? Duration.ZERO : delay);
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value)));
        } catch (DateTimeException e) {
            return Optional.empty(); // not a date, or in one of the two forms that no server writes any more
        }
    }
}
