package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeResponseTest {
    @Test
    void showsItsHeadAsOnTheWire() {
        assertThat(new HandshakeResponse(101, HttpFields.of("Upgrade", "websocket"), "").head())
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    }

    @Test
    void needsNoReasonPhrase() {
        assertThat(new HandshakeResponse(418, HttpFields.EMPTY, "").head()).isEqualTo("HTTP/1.1 418 \r\n\r\n");
    }

    @Test
    void measuresTextInBytesAndClosesTheConnection() {
        HandshakeResponse response = HandshakeResponse.text(403, "§");
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).isEqualTo("§");
        assertThat(response.fields())
                .isEqualTo(HttpFields.of(
                        "Content-Type", "text/plain; charset=utf-8", "Content-Length", "2", "Connection", "close"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 99, 600})
    void refusesAStatusThatHttpDoesNotKnow(int status) {
        assertThatThrownBy(() -> HandshakeResponse.text(status, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("status must be 100 to 599 but was " + status + " (RFC 9110 §15)");
    }
}
