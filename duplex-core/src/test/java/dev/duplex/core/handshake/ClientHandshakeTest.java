package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.handshake.ClientHandshake.Accepted;
import dev.duplex.core.handshake.ClientHandshake.Failed;
import dev.duplex.core.handshake.ClientHandshake.Result;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHandshakeTest {
    /** The nonce behind the key of RFC 6455 §1.3. */
    private static final byte[] NONCE = "the sample nonce".getBytes(StandardCharsets.US_ASCII);

    private static final HttpFields GOOD = HttpFields.of(
            "Upgrade", "websocket",
            "Connection", "Upgrade",
            "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

    private final ClientHandshake plain =
            ClientHandshake.builder("server.example.com", 80, false).build(NONCE);

    private final ClientHandshake offering = ClientHandshake.builder("server.example.com", 80, false)
            .subprotocols(List.of("chat", "superchat"))
            .extensions(List.of(ExtensionElement.of("a").with("x"), ExtensionElement.of("a"), ExtensionElement.of("b")))
            .build(NONCE);

    @Test
    void asksAsTheExampleOfTheRfcDoes() {
        ClientHandshake handshake = ClientHandshake.builder("server.example.com", 80, false)
                .target("/chat")
                .origin("http://example.com")
                .subprotocols(List.of("chat", "superchat"))
                .extensions(List.of(
                        ExtensionElement.of("foo"), ExtensionElement.of("bar").with("baz", "2")))
                .fields(HttpFields.of("Cookie", "a=1"))
                .build(NONCE);
        assertThat(handshake.request().head())
                .isEqualTo("GET /chat HTTP/1.1\r\n"
                        + "Host: server.example.com\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Origin: http://example.com\r\n"
                        + "Sec-WebSocket-Protocol: chat, superchat\r\n"
                        + "Sec-WebSocket-Extensions: foo, bar; baz=2\r\n"
                        + "Cookie: a=1\r\n\r\n");
    }

    @Test
    void leavesOutWhatIsNotSet() {
        assertThat(plain.request().target()).isEqualTo("/");
        assertThat(plain.request().fields().size()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "a, 80, false, a",
        "a, 443, true, a",
        "a, 443, false, a:443",
        "a, 80, true, a:80",
        "A.example, 65535, true, a.example:65535",
        "127.0.0.1, 8009, false, 127.0.0.1:8009",
        "::1, 80, false, [::1]",
        "[::1], 8009, false, [::1]:8009",
    })
    void namesTheHostWithItsPortUnlessThatIsTheDefault(String host, int port, boolean secure, String field) {
        assertThat(ClientHandshake.builder(host, port, secure)
                        .build(NONCE)
                        .request()
                        .fields()
                        .values("Host"))
                .containsExactly(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:80", "a:", "[::1]:80", "[::1", "::1::", "a/b", "u@a", "a\r\nX: y", "\u00E4"})
    void refusesAHostThatIsNone(String host) {
        assertThatThrownBy(() -> ClientHandshake.builder(host, 80, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the host must be a name or an address, without a port, but was " + Grammar.quote(host));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65536})
    void refusesAPortOutOfRange(int port) {
        assertThatThrownBy(() -> ClientHandshake.builder("a", port, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the port must be 1 to 65535 but was " + port);
    }

    // H17
    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/a b", "/a#b", "/\r\nX: y", "/\0", "/\u00E4", "http://a/"})
    void refusesATargetThatIsNoPath(String target) {
        assertThatThrownBy(() -> ClientHandshake.builder("a", 80, false).target(target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the target must be a path")
                .hasMessageContaining("but was " + Grammar.quote(target));
    }

    // H17
    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a\r\nX: y", "a\0", "\u00E4"})
    void refusesASubprotocolThatIsNoToken(String subprotocol) {
        assertThatThrownBy(() -> ClientHandshake.builder("a", 80, false).subprotocols(List.of(subprotocol)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected tokens as subprotocols but got " + Grammar.quote(subprotocol)
                        + " (RFC 6455 §4.1, item 10)");
    }

    @Test
    void refusesASubprotocolTwice() {
        assertThatThrownBy(() -> ClientHandshake.builder("a", 80, false).subprotocols(List.of("a", "a")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // H17
    @Test
    void refusesAnOriginThatWouldBreakTheRequest() {
        ClientHandshake.Builder builder =
                ClientHandshake.builder("a", 80, false).origin("http://a\r\nX: y");
        assertThatThrownBy(() -> builder.build(NONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the value of Origin must have no control characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "ORIGIN",
                "upgrade",
                "Connection",
                "Sec-WebSocket-Key",
                "sec-websocket-version",
                "Sec-WebSocket-Protocol",
                "Sec-WebSocket-Extensions",
                "Content-Length",
                "Transfer-Encoding"
            })
    void doesNotLetFurtherFieldsInterfere(String name) {
        assertThatThrownBy(() -> ClientHandshake.builder("a", 80, false).fields(HttpFields.of(name, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the field " + name + " belongs to the handshake itself");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17})
    void refusesANonceOfAnotherLength(int length) {
        assertThatThrownBy(() -> ClientHandshake.builder("a", 80, false).build(new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the nonce must have 16 bytes but has " + length + " (RFC 6455 §4.1, item 7)");
    }

    @Test
    void takesTheAnswerOfTheRfc() {
        assertThat(plain.verify(answer(GOOD))).isEqualTo(new Accepted(Optional.empty(), List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Upgrade | WebSocket",
                "Connection | keep-alive, upgrade",
                "Sec-WebSocket-Protocol | superchat",
                "Sec-WebSocket-Extensions | b, a; y=1"
            })
    void takesWhatTheRulesLeaveOpen(String name, String value) {
        assertThat(offering.verify(with(name, value))).isInstanceOf(Accepted.class);
    }

    @Test
    void handsOverWhatTheServerChose() {
        HttpFields fields = GOOD.toBuilder()
                .add("Sec-WebSocket-Protocol", "superchat")
                .add("Sec-WebSocket-Extensions", "b")
                .add("Sec-WebSocket-Extensions", "a; y=\"1\"")
                .build();
        assertThat(offering.verify(answer(fields)))
                .isEqualTo(new Accepted(
                        Optional.of("superchat"),
                        List.of(
                                ExtensionElement.of("b"),
                                ExtensionElement.of("a").with("y", "1"))));
    }

    @Test
    void failsOnAnyOtherStatusAndSaysWhatTheServerSaid() {
        assertThat(reason(new HandshakeResponse(200, GOOD, "")))
                .isEqualTo("The server must answer 101 but answered 200 (RFC 6455 §4.1, item 1).");
        assertThat(reason(HandshakeResponse.text(403, "no\u202E entry\r\n")))
                .isEqualTo(
                        "The server must answer 101 but answered 403 with \"no\\u202e entry\" (RFC 6455 §4.1, item 1).");
        assertThat(reason(HandshakeResponse.text(500, "x".repeat(100_000)))).hasSizeLessThan(350);
    }

    // K04
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Upgrade | h2c | Upgrade must be websocket but was \"h2c\" (RFC 6455 §4.1, item 2).",
                "Upgrade | websocket, h2c | Upgrade must be websocket but was \"websocket, h2c\" (RFC 6455 §4.1, item 2).",
                "Upgrade | ~~ | Upgrade must be websocket but was \"\" (RFC 6455 §4.1, item 2).",
                "Connection | close | Connection must contain Upgrade but was \"close\" (RFC 6455 §4.1, item 3).",
                "Sec-WebSocket-Extensions | a; | Sec-WebSocket-Extensions: expected a parameter's name at index 2 but got"
                        + " the end (RFC 6455 §9.1).",
                "Sec-WebSocket-Protocol | Chat | Sec-WebSocket-Protocol must be one of those offered, [chat, superchat],"
                        + " but was \"Chat\" (RFC 6455 §4.1, item 6).",
                "Sec-WebSocket-Protocol | chat, superchat | Sec-WebSocket-Protocol must be one of those offered, [chat,"
                        + " superchat], but was \"chat, superchat\" (RFC 6455 §4.1, item 6).",
                "Sec-WebSocket-Protocol | ~~ | Sec-WebSocket-Protocol must be one of those offered, [chat, superchat],"
                        + " but was \"\" (RFC 6455 §4.1, item 6).",
                // C06
                "Sec-WebSocket-Extensions | c | Sec-WebSocket-Extensions must have only what was offered, [a, b], but has"
                        + " \"c\" (RFC 6455 §4.1, item 5).",
                "Sec-WebSocket-Extensions | a, b, a | Sec-WebSocket-Extensions must have each extension once but has"
                        + " \"a\" more than once (RFC 6455 §9.1).",
            })
    void failsOnAnAnswerThatBreaksARule(String name, String value, String reason) {
        assertThat(offering.verify(with(name, value))).isEqualTo(new Failed(reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade", "Connection", "Sec-WebSocket-Accept"})
    void failsOnAnAnswerThatLacksAField(String name) {
        assertThat(reason(answer(GOOD.toBuilder().remove(name).build())))
                .startsWith(name + " must ")
                .contains(" but is missing");
    }

    // K04
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo",
                "S3PPLMBITXAQ9KYGZZHZRBK+XOO=",
                "dGhlIHNhbXBsZSBub25jZQ==",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, x"
            })
    void failsOnABadAcceptKey(String accept) {
        assertThat(reason(with("Sec-WebSocket-Accept", accept)))
                .startsWith(
                        "Sec-WebSocket-Accept must be s3pPLMBiTxaQ9kYGzzhZRbK+xOo= but was " + Grammar.quote(accept));
    }

    // K04
    @ParameterizedTest
    @ValueSource(strings = {"Upgrade", "Sec-WebSocket-Accept"})
    void failsOnAFieldThatIsThereTwice(String name) {
        HttpFields fields =
                GOOD.toBuilder().add(name, GOOD.first(name).orElseThrow()).build();
        assertThat(reason(answer(fields))).startsWith(name + " must be ");
    }

    // C06
    @Test
    void failsOnAnythingThatAClientWithoutOffersDidNotOffer() {
        assertThat(plain.verify(with("Sec-WebSocket-Protocol", "chat"))).isInstanceOf(Failed.class);
        assertThat(plain.verify(with("Sec-WebSocket-Extensions", "permessage-deflate")))
                .isInstanceOf(Failed.class);
    }

    @Test
    void failsOnASecondSubprotocolField() {
        HttpFields fields = GOOD.toBuilder()
                .add("Sec-WebSocket-Protocol", "chat")
                .add("Sec-WebSocket-Protocol", "chat")
                .build();
        assertThat(offering.verify(answer(fields)))
                .isEqualTo(new Failed("The response must have at most one Sec-WebSocket-Protocol field but has 2"
                        + " (RFC 6455 §11.3.4)."));
    }

    @Property(tries = 300)
    void understandsTheServerAndIsUnderstood(
            @ForAll @Size(16) byte[] nonce,
            @ForAll("tokens") List<String> subprotocols,
            @ForAll("tokens") List<String> extensions,
            @ForAll @IntRange(min = 1, max = 65535) int port,
            @ForAll boolean secure) {
        List<ExtensionElement> offers =
                extensions.stream().map(ExtensionElement::of).toList();
        ClientHandshake client = ClientHandshake.builder("example.com", port, secure)
                .subprotocols(subprotocols)
                .extensions(offers)
                .build(nonce);
        ServerHandshake.Result seen = ServerHandshake.validate(client.request());
        assertThat(seen).isInstanceOf(ServerHandshake.Valid.class);
        ServerHandshake.Valid valid = (ServerHandshake.Valid) seen;
        assertThat(valid.subprotocols()).isEqualTo(subprotocols);
        assertThat(valid.extensions()).isEqualTo(offers);
        Optional<String> chosen = subprotocols.stream().reduce((first, last) -> last);
        HandshakeResponse response = ServerHandshake.accept(valid, chosen.orElse(null), offers, HttpFields.EMPTY);
        assertThat(client.verify(response)).isEqualTo(new Accepted(chosen, offers));
    }

    @Property
    void answersEveryResponse(
            @ForAll @IntRange(min = 100, max = 599) int status,
            @ForAll("fields") Map<String, String> changes,
            @ForAll String body) {
        HttpFields.Builder fields = GOOD.toBuilder();
        changes.forEach(fields::set);
        for (HandshakeResponse response :
                List.of(new HandshakeResponse(status, fields.build(), body), answer(fields.build()))) {
            Result result = offering.verify(response);
            if (result instanceof Failed failed) {
                assertThat(failed.reason())
                        .matches("[\\x20-\\x7E§]+ \\(RFC 6455 [^()]*\\)\\.")
                        .hasSizeLessThan(1400);
            } else {
                assertThat(response.status()).isEqualTo(101);
            }
        }
    }

    @Provide
    Arbitrary<List<String>> tokens() {
        return Arbitraries.strings()
                .withChars("!#$%&'*+-.^_`|~09AZaz")
                .ofMinLength(1)
                .ofMaxLength(8)
                .list()
                .ofMaxSize(4)
                .uniqueElements();
    }

    @Provide
    Arbitrary<Map<String, String>> fields() {
        Arbitrary<String> name = Arbitraries.of(
                "Upgrade", "Connection", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions");
        Arbitrary<String> value = Arbitraries.oneOf(
                Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(30),
                Arbitraries.strings().withCharRange('\u0080', '\u00FF').ofMaxLength(10),
                Arbitraries.strings().withChars("abchat,;=\"\\ \t").ofMaxLength(20));
        return Arbitraries.maps(name, value).ofMaxSize(3);
    }

    private String reason(HandshakeResponse response) {
        Result result = plain.verify(response);
        assertThat(result).isInstanceOf(Failed.class);
        return ((Failed) result).reason();
    }

    private static HandshakeResponse answer(HttpFields fields) {
        return new HandshakeResponse(101, fields, "");
    }

    private static HandshakeResponse with(String name, String value) {
        return answer(GOOD.toBuilder().set(name, value).build());
    }
}
