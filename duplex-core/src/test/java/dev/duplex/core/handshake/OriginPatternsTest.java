package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPatternsTest {
    @ParameterizedTest
    @CsvSource({
        "https://a.com, https://a.com",
        "https://a.com, HTTPS://A.COM:443",
        "HTTPS://A.com:443, https://a.com",
        "wss://a.com, https://a.com",
        "https://a.com:8443, https://a.com:8443",
        "https://*.a.com, https://b.a.com",
        "https://*.a.com, https://C.B.a.com",
        "https://*.a.com:8443, https://b.a.com:8443",
        "http://localhost:*, http://localhost",
        "http://localhost:*, http://localhost:3000",
        "http://[::1]:*, http://[::1]:3000",
        "https://*.a.com:*, https://b.a.com:1",
        "null, null",
        "file://, file://",
        "moz-extension://ab, moz-extension://ab",
    })
    void matches(String pattern, String origin) {
        assertThat(OriginPatterns.of(pattern).matches(origin)).isTrue();
    }

    // H16
    @ParameterizedTest
    @CsvSource({
        "https://a.com, https://a.com.evil",
        "https://a.com, https://evila.com",
        "https://a.com, https://b.a.com",
        "https://a.com, http://a.com",
        "https://a.com, http://a.com:443",
        "https://a.com, https://a.com:8443",
        "https://a.com, https://a.com.",
        "https://a.com, https://a.com/",
        "https://a.com, 'https://a.com, https://a.com'",
        "https://a.com, ''",
        "https://a.com, null",
        "https://*.a.com, https://a.com",
        "https://*.a.com, https://.a.com",
        "https://*.a.com, https://evila.com",
        "https://*.a.com, https://b.a.com.evil",
        "https://*.a.com, https://a.com.evil",
        "https://*.a.com, http://b.a.com",
        "https://*.a.com, https://b.a.com:8443",
        "https://*.a.com, https://bXa.com",
        "https://*.a.com, https://evil.example?.a.com",
        "https://*.a.com, https://evil.example/.a.com",
        "https://*.a.com, https://x@.a.com",
        "http://localhost:*, https://localhost:3000",
        "http://localhost:*, http://localhost.evil:3000",
        "http://localhost:*, http://localhost:99999",
        "null, file://",
        "null, https://null",
        "null, ''",
        "file://, null",
    })
    void doesNotMatch(String pattern, String origin) {
        assertThat(OriginPatterns.of(pattern).matches(origin)).isFalse();
    }

    @Test
    void matchesIfOneOfSeveralDoes() {
        OriginPatterns patterns = OriginPatterns.of(List.of("https://a.com", "https://*.b.com"));
        assertThat(patterns.matches("https://x.b.com")).isTrue();
        assertThat(patterns.matches("https://x.a.com")).isFalse();
        assertThat(patterns).hasToString("[https://a.com, https://*.b.com]");
    }

    @Test
    void matchesNothingWithoutPatterns() {
        assertThat(OriginPatterns.of().matches("https://a.com")).isFalse();
        assertThat(OriginPatterns.of().matches("null")).isFalse();
    }

    @Test
    void showsWildcards() {
        assertThat(OriginPatterns.of("HTTPS://*.A.com:*", "http://a:80", "null"))
                .hasToString("[https://*.a.com:*, http://a, null]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.a.com",
                "a.com",
                "https://*",
                "https://*.",
                "https://*:*",
                "https://a.*",
                "https://a*.com",
                "https://*a.com",
                "https://*.*.a.com",
                "https://a.*.com",
                "*://a.com",
                "https://a.com/",
                "https://a.com:80:*",
                "https://a.com:*:*",
                "https://a.com:8*",
                "null:*",
                "file://:*",
                "https://a.com, https://b.com",
                "https://b\u00FCcher.example",
                "https://a.com "
            })
    void refusesWhatIsNoPattern(String pattern) {
        assertThatThrownBy(() -> OriginPatterns.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("an origin pattern must be null or scheme://host, with a port if any")
                .hasMessageEndingWith("but was " + Grammar.quote(pattern));
    }
}
