package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    private static HandshakeResponse response(int status, String... fields) {
        HttpFields.Builder all = HttpFields.builder();
        for (int i = 0; i < fields.length; i += 2) {
            all.add(fields[i], fields[i + 1]);
        }
        return new HandshakeResponse(status, all.build(), "");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void isTakenFromTheRefusalsThatMayHaveIt(int status) {
        assertThat(RetryAfter.of(response(status, "Retry-After", "120"), NOW)).contains(Duration.ofSeconds(120));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 404, 500, 502})
    void isNotTakenFromOthers(int status) {
        assertThat(RetryAfter.of(response(status, "Retry-After", "120"), NOW)).isEmpty();
    }

    @Test
    void aDateCountsFromTheDateOfTheResponse() {
        assertThat(RetryAfter.of(
                        response(
                                503,
                                "Date",
                                "Sun, 06 Nov 1994 08:49:37 GMT",
                                "Retry-After",
                                "Sun, 06 Nov 1994 08:50:07 GMT"),
                        NOW))
                .contains(Duration.ofSeconds(30));
    }

    @Test
    void withoutOneItCountsFromNow() {
        assertThat(RetryAfter.of(response(503, "Retry-After", "Sat, 21 Nov 2026 08:01:00 GMT"), NOW))
                .contains(Duration.ofSeconds(60));
    }

    @Test
    void aDateThatHasPassedIsNow() {
        assertThat(RetryAfter.of(response(503, "Retry-After", "Sat, 21 Nov 2026 07:59:59 GMT"), NOW))
                .contains(Duration.ZERO);
    }

    @Test
    void moreSecondsThanThereAreIsVeryLong() {
        assertThat(RetryAfter.of(response(429, "Retry-After", "9".repeat(400)), NOW))
                .hasValueSatisfying(delay -> assertThat(delay).isGreaterThan(Duration.ofDays(10_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "3 s"})
    void whatIsNeitherIsIgnored(String value) {
        assertThat(RetryAfter.of(response(503, "Retry-After", value), NOW)).isEmpty();
    }
}
