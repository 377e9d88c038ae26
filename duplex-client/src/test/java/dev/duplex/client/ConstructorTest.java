package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The constructor steps of the standard, as far as they throw or tell at once. Port 6667 is blocked: no connection. */
class ConstructorTest {
    private static WebSocketOptions base(String url) {
        return WebSocketOptions.builder().baseUrl(url).build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "no-scheme", "//host/", "ws://", "ws://a b/", "ws://a:70000/", "ws://[::1", "ws://1.2.3"})
    void aUrlThatCannotBeParsedIsASyntaxError(String url) {
        assertThatThrownBy(() -> new WebSocket(url)).isInstanceOfSatisfying(DOMException.SyntaxError.class, error -> {
            assertThat(error.name()).isEqualTo("SyntaxError");
            assertThat(error.code()).isEqualTo(12);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ws://name:secret@a b/",
                "ws://secret@host:x/",
                "//name:secret@host",
                "ws:name:secret@a b",
                "ws://name:se@secret@a b/",
                "ws://name:secret@host/#x",
                "ws://name:1secret/x@host/",
                "ws://name:1secret?x@host/",
                "ws://name:1secret#x@host/",
                "ws://name:1/secret#x@host/",
            })
    void aSyntaxErrorTellsNoNameAndPassword(String url) {
        assertThatThrownBy(() -> new WebSocket(url))
                .isInstanceOf(DOMException.SyntaxError.class)
                .message()
                .doesNotContain("secret")
                .contains("***@");
    }

    @Test
    void aBaseUrlThatIsNoneIsASyntaxErrorThatTellsNoNameAndPassword() {
        assertThatThrownBy(() -> base("https://name:secret@a b/"))
                .isInstanceOf(DOMException.SyntaxError.class)
                .message()
                .doesNotContain("secret")
                .startsWith("the base URL \"https://***@a b/\" is not valid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/", "mailto:me@host.example", "about:blank", "file:///etc/hosts"})
    void aSchemeOtherThanWsAndHttpIsASyntaxError(String url) {
        assertThatThrownBy(() -> new WebSocket(url))
                .isInstanceOf(DOMException.SyntaxError.class)
                .hasMessageContaining("scheme");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws://host/#here", "ws://host/#", "http://host#x"})
    void aFragmentIsASyntaxErrorEvenAnEmptyOne(String url) {
        assertThatThrownBy(() -> new WebSocket(url))
                .isInstanceOf(DOMException.SyntaxError.class)
                .hasMessageContaining("fragment");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:6667/a, ws://127.0.0.1:6667/a",
        "https://127.0.0.1:6667/a, wss://127.0.0.1:6667/a",
        "WS://LOCALHOST:6667, ws://localhost:6667/",
    })
    void httpIsMappedToWsAndHttpsToWss(String url, String serialized) {
        assertThat(new WebSocket(url).url()).isEqualTo(serialized);
    }

    @ParameterizedTest
    @CsvSource({
        "feed, wss://127.0.0.1:6667/app/feed",
        "/feed, wss://127.0.0.1:6667/feed",
        "../x?y, wss://127.0.0.1:6667/x?y"
    })
    void aRelativeUrlIsResolvedAgainstTheBaseUrl(String url, String serialized) {
        assertThat(new WebSocket(url, base("https://127.0.0.1:6667/app/page")).url())
                .isEqualTo(serialized);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "ü", "a\n", "(x)"})
    void aSubprotocolThatIsNoTokenIsASyntaxError(String protocol) {
        assertThatThrownBy(() -> new WebSocket("ws://127.0.0.1:6667/", protocol))
                .isInstanceOf(DOMException.SyntaxError.class);
    }

    @Test
    void aSubprotocolThatOccursTwiceIsASyntaxError() {
        assertThatThrownBy(() -> new WebSocket("ws://127.0.0.1:6667/", "chat", "chat"))
                .isInstanceOf(DOMException.SyntaxError.class)
                .hasMessageContaining("chat");
    }

    @Test
    void aNewSocketIsConnectingWithEmptyAttributesAndTakesBlobs() {
        new WebSocket("ws://127.0.0.1:6667/", WebSocketOptions.DEFAULT, socket -> {
            assertThat(socket.readyState()).isZero();
            assertThat(socket.bufferedAmount()).isZero();
            assertThat(socket.extensions()).isEmpty();
            assertThat(socket.protocol()).isEmpty();
            assertThat(socket.binaryType()).isEqualTo(BinaryType.BLOB);
            assertThat(socket.binaryType()).hasToString("blob");
            assertThat(socket.onopen()).isNull();
        });
    }

    @Test
    void sendWhileConnectingIsAnInvalidStateError() {
        new WebSocket("ws://127.0.0.1:6667/", WebSocketOptions.DEFAULT, socket -> {
            assertThatThrownBy(() -> socket.send("early")).isInstanceOf(DOMException.InvalidStateError.class);
            assertThatThrownBy(() -> socket.send(new byte[1])).isInstanceOf(DOMException.InvalidStateError.class);
            assertThat(socket.bufferedAmount()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1001, 1005, 1006, 2999, 5000, -1, 65536})
    void aCloseCodeOtherThan1000And3000To4999IsAnInvalidAccessError(int code) {
        WebSocket socket = new WebSocket("ws://127.0.0.1:6667/");
        assertThatThrownBy(() -> socket.close(code))
                .isInstanceOfSatisfying(
                        DOMException.InvalidAccessError.class,
                        error -> assertThat(error.code()).isEqualTo(15));
    }

    @Test
    void aCloseReasonOfMoreThan123BytesOfUtf8IsASyntaxError() {
        WebSocket socket = new WebSocket("ws://127.0.0.1:6667/");
        assertThatThrownBy(() -> socket.close(1000, "é".repeat(62))).isInstanceOf(DOMException.SyntaxError.class);
        socket.close(1000, "é".repeat(61) + "x");
    }

    @Test
    void theFirstListenerGetsWhatWasFiredBeforeItCame() throws Exception {
        Recorder recorder = new Recorder();
        WebSocket socket = new WebSocket("ws://127.0.0.1:6667/");
        socket.onclose(event -> recorder.note("close"));
        assertThat(recorder.next()).isEqualTo("close");
        socket.onerror(event -> recorder.note("error"));
        assertThat(recorder.next()).isEqualTo("error");
        socket.addEventListener(EventType.ERROR, event -> recorder.note("again"));
        socket.addEventListener("close", event -> recorder.note("again"));
        assertThat(recorder.isEmpty()).isTrue();
    }
}
