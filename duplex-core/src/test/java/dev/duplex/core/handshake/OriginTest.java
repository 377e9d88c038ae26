package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "https://example.com, https, example.com, 443, https://example.com",
        "http://example.com, http, example.com, 80, http://example.com",
        "HTTPS://EXAMPLE.com:443, https, example.com, 443, https://example.com",
        "https://a:80, https, a, 80, https://a:80",
        "http://localhost:8009, http, localhost, 8009, http://localhost:8009",
        "http://[::1]:80, http, [::1], 80, http://[::1]",
        "ws://a, http, a, 80, http://a",
        "wss://a:8443, https, a, 8443, https://a:8443",
        "moz-extension://ab-12, moz-extension, ab-12, -1, moz-extension://ab-12",
        "app://a:1, app, a, 1, app://a:1",
        "file://, file, '', -1, file://",
        "null, null, '', -1, null",
    })
    void readsSchemeHostAndPort(String value, String scheme, String host, int port, String text) {
        Origin origin = Origin.parse(value).orElseThrow();
        assertThat(origin.scheme()).isEqualTo(scheme);
        assertThat(origin.host()).isEqualTo(host);
        assertThat(origin.port()).isEqualTo(port);
        assertThat(origin).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "NULL",
                "null ",
                "a",
                "example.com",
                "https:",
                "https:/a",
                "https://",
                "https://a/",
                "https://a/b",
                "https://a?b",
                "https://a#b",
                "https://u@a",
                "https://a b",
                "https://a, https://b",
                "https://a https://b",
                "://a",
                "1a://b",
                "h_t://a",
                "https://a:99999",
                "https://a:b",
                "https://[::1",
                "https://\u00E4",
                "https://a\0",
                "file:///tmp",
                "http://:80"
            })
    void refusesWhatIsNoOrigin(String value) {
        assertThat(Origin.parse(value)).isEmpty();
    }

    // H16
    @ParameterizedTest
    @CsvSource({
        "https://example.com, example.com, true",
        "https://EXAMPLE.com, example.com, true",
        "https://example.com, Example.COM:443, true",
        "https://example.com:443, example.com, true",
        "wss://example.com, example.com, true",
        "https://example.com:8443, example.com:8443, true",
        "http://example.com, example.com, false",
        "http://127.0.0.1:8009, 127.0.0.1:8009, false",
        "ws://a:8009, a:8009, false",
        "http://[::1]:8009, [::1]:8009, false",
    })
    void isTheSameAsTheHostOfItsOwnPage(String origin, String host, boolean secure) {
        assertThat(Origin.parse(origin).orElseThrow().sameOriginAs(host, secure))
                .isTrue();
    }

    // H16
    @ParameterizedTest
    @CsvSource({
        "https://evil.example, example.com, true",
        "https://example.com.evil, example.com, true",
        "https://evilexample.com, example.com, true",
        "https://a.example.com, example.com, true",
        "https://example.com:8443, example.com, true",
        "https://example.com, example.com:8443, true",
        "http://example.com, example.com, true",
        "http://example.com:443, example.com, true",
        "https://example.com, example.com, false",
        "https://example.com:80, example.com, false",
        "http://localhost:8009, 127.0.0.1:8009, false",
        "app://example.com:80, example.com, false",
        "null, null, false",
        "null, '', false",
        "file://, '', false",
        "http://a, 'a b', false",
        "http://a, 'a/', false",
    })
    void isNotTheSameAsAnotherHostSchemeOrPort(String origin, String host, boolean secure) {
        assertThat(Origin.parse(origin).orElseThrow().sameOriginAs(host, secure))
                .isFalse();
    }

    @Test
    void isOpaqueOnlyAsNull() {
        assertThat(Origin.parse("null").orElseThrow().isOpaque()).isTrue();
        assertThat(Origin.parse("null://a").orElseThrow().isOpaque()).isFalse();
        assertThat(Origin.parse("file://").orElseThrow().isOpaque()).isFalse();
    }

    @Test
    void isEqualInEverySpelling() {
        assertThat(Origin.parse("HTTPS://A:443")).isEqualTo(Origin.parse("wss://a"));
        assertThat(Origin.parse("https://a").orElseThrow())
                .hasSameHashCodeAs(Origin.parse("https://a:443").orElseThrow())
                .isNotEqualTo(Origin.parse("http://a").orElseThrow())
                .isNotEqualTo(Origin.parse("https://b").orElseThrow())
                .isNotEqualTo(Origin.parse("https://a:1").orElseThrow());
    }

    @Property
    void answersEveryText(@ForAll String text) {
        for (String value : new String[] {text, "https://" + text}) {
            Origin.parse(value)
                    .ifPresent(origin ->
                            assertThat(Origin.parse(origin.toString())).contains(origin));
        }
        assertThat(Origin.parse("https://a").orElseThrow().sameOriginAs(text + "b", true))
                .isFalse();
    }
}
