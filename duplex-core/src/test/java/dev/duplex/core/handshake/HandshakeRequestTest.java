package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandshakeRequestTest {
    @Test
    void showsItsHeadAsOnTheWire() {
        assertThat(new HandshakeRequest("GET", "/chat?a=b", "HTTP/1.1", HttpFields.of("Host", "a", "X", "")).head())
                .isEqualTo("GET /chat?a=b HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n");
    }
}
