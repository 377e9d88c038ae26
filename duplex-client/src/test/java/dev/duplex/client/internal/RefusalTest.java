package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a refusal says about what to do next. */
class RefusalTest {
    private static String hint(int status, String... fields) {
        return Refusal.hint(new HandshakeResponse(status, HttpFields.of(fields), ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | WWW-Authenticate | Basic realm=\"x\" | It wants to know who asks, by Basic realm=\"x\"",
                "426 | Upgrade | h2c | It wants another protocol, h2c",
                "426 | Sec-WebSocket-Version | 13 | of WebSocket the version 13",
                "308 | Location | wss://a/ | unless WebSocketOptions.followRedirects says so; this one leads to wss://a/",
            })
    void aFieldThatSaysWhatIsWantedIsShown(int status, String field, String value, String said) {
        assertThat(hint(status, field, value)).contains(said);
        assertThat(hint(status, field, value)).startsWith(" ").contains(value);
    }

    @ParameterizedTest
    @CsvSource({"400", "403", "404", "429", "500", "503"})
    void whereNothingIsKnownNothingIsSaid(int status) {
        assertThat(hint(status)).isEmpty();
    }

    @Test
    void whatIsShownIsPrintableAndShort() {
        assertThat(hint(302, "Location", "/\u00e9" + "x".repeat(1000)))
                .contains("leads to /?xxx")
                .hasSizeLessThan(400);
    }
}
