package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketOptionsTest {
    private final WebSocketOptions.Builder builder = WebSocketOptions.builder();

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Origin", "Upgrade", "connection", "Sec-WebSocket-Key", "Content-Length"})
    void refusesAHeaderThatBelongsToTheHandshake(String name) {
        assertThatThrownBy(() -> builder.header(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nHost: evil", "a\0", "\n"})
    void refusesALineBreakInAHeader(String value) {
        assertThatThrownBy(() -> builder.header("X", value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.origin(value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.bearer(value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.cookie("a", value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.cookie(value, "a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesCredentialsForAProxyThatWouldGoToTheServer() {
        assertThatThrownBy(() -> builder.header("proxy-authorization", "Basic dTpw"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("proxy(...)");
    }

    @Test
    void refusesACookieThatWouldBeTwo() {
        assertThatThrownBy(() -> builder.cookie("a", "1; b=2")).hasMessageContaining("RFC 6265");
    }

    @Test
    void refusesAColonInAUserName() {
        assertThatThrownBy(() -> builder.basic("a:b", "c")).hasMessageContaining("RFC 7617");
    }

    @Test
    void keepsTheLastCredentials() {
        WebSocketOptions options = builder.bearer("t").basic("ä", "b").build();
        assertThat(options.settings().fields().values("Authorization")).containsExactly("Basic w6Q6Yg==");
    }

    @Test
    void aTimeoutOfZeroIsNone() {
        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.closeTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileThatIsMissingOrNoPemIsNamed(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> builder.trust(missing)).hasMessageContaining("missing.pem");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
        builder.trust(empty);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty.pem");
    }

    @Test
    void aBaseUrlMustBeAbsolute() {
        assertThatThrownBy(() -> builder.baseUrl("/app/")).isInstanceOf(DOMException.SyntaxError.class);
    }
}
