package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.handshake.ServerHandshake.Refused;
import dev.duplex.core.handshake.ServerHandshake.Result;
import dev.duplex.core.handshake.ServerHandshake.Valid;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerHandshakeTest {
    /** The request of RFC 6455 §1.2, less what is optional. */
    private static final HttpFields GOOD = HttpFields.of(
            "Host", "server.example.com",
            "Upgrade", "websocket",
            "Connection", "Upgrade",
            "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version", "13");

    @Test
    void acceptsTheExampleOfTheRfc() {
        Valid valid = valid(GOOD.toBuilder()
                .add("Origin", "http://example.com")
                .add("Sec-WebSocket-Protocol", "chat, superchat")
                .add("Sec-WebSocket-Extensions", "foo, bar; baz=2")
                .build());
        assertThat(valid.key()).isEqualTo("dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(valid.host()).isEqualTo("server.example.com");
        assertThat(valid.origin()).contains("http://example.com");
        assertThat(valid.subprotocols()).containsExactly("chat", "superchat");
        assertThat(valid.extensions())
                .containsExactly(
                        ExtensionElement.of("foo"), ExtensionElement.of("bar").with("baz", "2"));
    }

    @Test
    void needsNeitherOriginNorSubprotocolNorExtension() {
        Valid valid = valid(GOOD);
        assertThat(valid.origin()).isEmpty();
        assertThat(valid.subprotocols()).isEmpty();
        assertThat(valid.extensions()).isEmpty();
        assertThat(valid.request()).isEqualTo(get(GOOD));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Upgrade | WebSocket",
                "Upgrade | h2c, websocket",
                "Connection | keep-alive, UPGRADE",
                "Content-Length | 0",
                "Host | [::1]:8009",
                "Sec-WebSocket-Key | AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Protocol | ,a,,b,",
                "Origin | null",
            })
    void acceptsWhatTheRulesLeaveOpen(String name, String value) {
        assertThat(ServerHandshake.validate(get(with(name, value)))).isInstanceOf(Valid.class);
    }

    @Test
    void gathersListsFromSeveralFields() {
        Valid valid = valid(GOOD.toBuilder()
                .set("Connection", "keep-alive")
                .add("connection", "upgrade")
                .add("Sec-WebSocket-Protocol", "a")
                .add("Sec-WebSocket-Protocol", "b,c")
                .build());
        assertThat(valid.subprotocols()).containsExactly("a", "b", "c");
    }

    // H15
    @ParameterizedTest
    @ValueSource(strings = {"POST", "OPTIONS", "CONNECT", "get", "", "GET "})
    void refusesAnyMethodButGet(String method) {
        Refused refused = refused(new HandshakeRequest(method, "/", "HTTP/1.1", GOOD), 405);
        assertThat(refused.response().fields().values("Allow")).containsExactly("GET");
        assertThat(refused.reason()).isEqualTo("The method must be GET but was \"" + method + "\" (RFC 6455 §4.1).");
    }

    // H15
    @Test
    void refusesHeadWithoutABody() {
        Result result = ServerHandshake.validate(new HandshakeRequest("HEAD", "/", "HTTP/1.1", GOOD));
        HandshakeResponse response = ((Refused) result).response();
        assertThat(response.status()).isEqualTo(405);
        assertThat(response.body()).isEmpty();
        assertThat(response.fields())
                .isEqualTo(HttpFields.of("Connection", "close", "Allow", "GET", "Content-Length", "0"));
    }

    // H15
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "HTTP/1.0  | 400", "HTTP/0.9 | 400", "HTTP/2.0 | 505", "HTTP/3.0 | 505", "HTTP/9.9 | 505",
                        "HTTP/1 | 400",
                "http/1.1  | 400", "HTTP/1.1x | 400", "HTTP/1,1 | 400", "HTTP/x.1 | 400", "HTTP/1.x | 400", "~~ | 400",
            })
    void refusesOtherVersionsOfHttp(String version, int status) {
        Refused refused = refused(new HandshakeRequest("GET", "/", version, GOOD), status);
        assertThat(refused.reason()).contains("but was \"" + version + "\"");
    }

    @Test
    void tellsTheClientOfAnOldProxyWhatToChange() {
        Refused refused = refused(new HandshakeRequest("GET", "/", "HTTP/1.0", GOOD), 400);
        assertThat(refused.reason())
                .isEqualTo(
                        "The version must be HTTP/1.1 or later but was \"HTTP/1.0\"; a proxy in between may need to be"
                                + " told to speak HTTP/1.1 (RFC 6455 §4.1).");
    }

    @Test
    void acceptsLaterMinorVersions() {
        assertThat(ServerHandshake.validate(new HandshakeRequest("GET", "/", "HTTP/1.2", GOOD)))
                .isInstanceOf(Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/?",
                "/a",
                "/%00",
                "/a|b",
                "http://server.example.com",
                "HTTP://SERVER.example.com/x",
                "wss://server.example.com?x",
                "https://server.example.com/a?b://c"
            })
    void acceptsPathsAndAbsoluteTargetsOfItsOwnHost(String target) {
        assertThat(ServerHandshake.validate(new HandshakeRequest("GET", target, "HTTP/1.1", GOOD)))
                .isInstanceOf(Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "a",
                "server.example.com:80",
                "/a b",
                "/\0",
                "/\u0080",
                "/\u00FF",
                "/a#b",
                "ftp://server.example.com/",
                "http://evil.example/",
                "http://server.example.com:81/",
                "http://server.example.com@evil/",
                "http://",
                "://"
            })
    void refusesOtherTargets(String target) {
        Refused refused = refused(new HandshakeRequest("GET", target, "HTTP/1.1", GOOD), 400);
        assertThat(refused.reason())
                .startsWith("The request target must ")
                .contains("but was " + Grammar.quote(target));
    }

    // H10, H11
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Content-Length | 1000000000", "Content-Length | 1", "Content-Length | +5", "Content-Length | -0",
                "Content-Length | ~~", "Content-Length | 0, 0", "Content-Length | x", "Transfer-Encoding | chunked",
                "Transfer-Encoding | identity", "transfer-encoding | ~~",
            })
    void refusesARequestThatAnnouncesABody(String name, String value) {
        Refused refused = refused(get(with(name, value)), 400);
        assertThat(refused.reason()).startsWith("A handshake must have no body but came with ");
    }

    // H11
    @Test
    void refusesTwoLengths() {
        HttpFields fields = GOOD.toBuilder()
                .add("Content-Length", "0")
                .add("Content-Length", "0")
                .build();
        assertThat(refused(get(fields), 400).reason())
                .isEqualTo("A handshake must have no body but came with Content-Length \"0, 0\" (RFC 9112 §6.2).");
    }

    // H08
    @Test
    void refusesAMissingHostAndASecondOne() {
        assertThat(refused(get(without("Host")), 400).reason())
                .isEqualTo("The request must have exactly one Host field but has 0 (RFC 9112 §3.2).");
        assertThat(refused(get(twice("Host")), 400).reason())
                .isEqualTo("The request must have exactly one Host field but has 2 (RFC 9112 §3.2).");
    }

    // H08
    @ParameterizedTest
    @ValueSource(strings = {"[::", "a b", "a:99999", "", "a,b:1:2", "http://a", "a/b", "\u00E4"})
    void refusesAHostThatIsNone(String host) {
        assertThat(refused(get(with("Host", host)), 400).reason())
                .startsWith("Host must be a name or an address")
                .contains("but was " + Grammar.quote(host) + " (RFC 9110 §7.2)");
    }

    // H15
    @ParameterizedTest
    @ValueSource(strings = {"h2c", "", "websocket/13", "web\u00ADsocket", "websockets", "\"websocket\""})
    void asksForAnUpgradeWhereThereIsNone(String upgrade) {
        Refused refused = refused(get(with("Upgrade", upgrade)), 426);
        assertThat(refused.response().fields().values("Upgrade")).containsExactly("websocket");
        assertThat(refused.response().fields().tokens("Connection")).containsExactly("Upgrade", "close");
        assertThat(refused.reason())
                .isEqualTo("Upgrade must contain websocket but was " + Grammar.quote(upgrade) + " (RFC 6455 §4.2.1).");
    }

    @Test
    void asksAPlainGetForAnUpgrade() {
        Refused refused = refused(get(HttpFields.of("Host", "a")), 426);
        assertThat(refused.reason()).isEqualTo("Upgrade must contain websocket but is missing (RFC 6455 §4.2.1).");
    }

    // H15
    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "", "close", "upgraded", "up grade"})
    void refusesAConnectionThatDoesNotUpgrade(String connection) {
        assertThat(refused(get(with("Connection", connection)), 400).reason())
                .startsWith("Connection must contain Upgrade but was " + Grammar.quote(connection));
    }

    @Test
    void refusesAMissingConnection() {
        assertThat(refused(get(without("Connection")), 400).reason())
                .startsWith("Connection must contain Upgrade but is missing");
    }

    // H13
    @ParameterizedTest
    @ValueSource(strings = {"0", "8", "14", "13, 8", "13,13", "013", "13.0", "", "x", "-13"})
    void answersOtherVersionsWithItsOwn(String version) {
        Refused refused = refused(get(with("Sec-WebSocket-Version", version)), 426);
        assertThat(refused.response().fields().values("Sec-WebSocket-Version")).containsExactly("13");
        assertThat(refused.response().fields().values("Upgrade")).containsExactly("websocket");
        assertThat(refused.reason())
                .isEqualTo("Sec-WebSocket-Version must be 13 but was \"" + version + "\" (RFC 6455 §4.2.2).");
    }

    // H13
    @Test
    void refusesAMissingVersionAndASecondOne() {
        assertThat(refused(get(without("Sec-WebSocket-Version")), 400).reason())
                .isEqualTo("The request must have exactly one Sec-WebSocket-Version field but has 0 (RFC 6455 §4.1).");
        assertThat(refused(get(twice("Sec-WebSocket-Version")), 400).reason()).contains("but has 2");
    }

    @Test
    void tellsAClientOfTheDraftsTheVersionRatherThanMissItsKey() {
        HttpFields fields = GOOD.toBuilder()
                .remove("Sec-WebSocket-Key")
                .set("Sec-WebSocket-Version", "0")
                .build();
        assertThat(refused(get(fields), 426).reason()).startsWith("Sec-WebSocket-Version must be 13");
    }

    // H14
    @Test
    void refusesAMissingKeyAndASecondOne() {
        assertThat(refused(get(without("Sec-WebSocket-Key")), 400).reason())
                .isEqualTo("The request must have exactly one Sec-WebSocket-Key field but has 0 (RFC 6455 §4.2.1).");
        assertThat(refused(get(twice("Sec-WebSocket-Key")), 400).reason()).contains("but has 2");
    }

    // H14: 15 bytes, 17 bytes, 18 bytes in 24 characters, no padding, URL alphabet, not base64 at all.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "AAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAA=",
                "AAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAA-_==",
                "!AAAAAAAAAAAAAAAAAAAAA==",
                "AAAAAAAAAAAAAAAAAAAAA===",
                "AAAAAAAAAAA= AAAAAAAAAA=",
                "=AAAAAAAAAAAAAAAAAAAAA==",
                "========================",
                "\u00E4AAAAAAAAAAAAAAAAAAAAA==",
                "x",
                ""
            })
    void refusesAKeyThatIsNotSixteenBytesInBase64(String key) {
        assertThat(refused(get(with("Sec-WebSocket-Key", key)), 400).reason())
                .isEqualTo("Sec-WebSocket-Key must be 16 bytes in base64 but was " + Grammar.quote(key)
                        + " (RFC 6455 §4.2.1).");
    }

    // H07
    @Test
    void refusesASubprotocolFullOfSpacesInShortWords() {
        Refused refused = refused(get(with("Sec-WebSocket-Protocol", "b" + " ".repeat(8000) + "x")), 400);
        assertThat(refused.reason())
                .isEqualTo("Sec-WebSocket-Protocol: expected tokens as subprotocols but got \"b" + " ".repeat(59)
                        + "\" and 7942 more characters (RFC 6455 §4.1).");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a, a", "a/b", "a,b,c,b", "\"a\"", "a;b", "", ",", "\u00E4"})
    void refusesSubprotocolsThatAreNoTokensOrThereTwice(String subprotocols) {
        assertThat(refused(get(with("Sec-WebSocket-Protocol", subprotocols)), 400)
                        .reason())
                .startsWith("Sec-WebSocket-Protocol: expected ")
                .endsWith(" (RFC 6455 §4.1).");
    }

    // H06
    @Test
    void refusesAnUnclosedQuotedStringFullOfEscapes() {
        HttpFields fields = with("Sec-WebSocket-Extensions", "a; b=\"" + "\\c".repeat(8000));
        assertThat(refused(get(fields), 400).reason())
                .isEqualTo("Sec-WebSocket-Extensions: expected a closing quote at index 16006 but got the end"
                        + " (RFC 6455 §9.1).");
    }

    // H16, the part that needs no policy.
    @Test
    void refusesASecondOrigin() {
        HttpFields fields = GOOD.toBuilder()
                .add("Origin", "http://a")
                .add("Origin", "http://b")
                .build();
        assertThat(refused(get(fields), 400).reason())
                .isEqualTo("The request must have at most one Origin field but has 2 (RFC 6454 §7.3).");
    }

    @Test
    void repeatsHostileTextEscapedAndShort() {
        Refused refused =
                refused(new HandshakeRequest("G\r\n\u202E<b>" + "x".repeat(9000), "/", "HTTP/1.1", GOOD), 405);
        assertThat(refused.response().body())
                .startsWith("The method must be GET but was \"G\\u000d\\u000a\\u202e<b>xxx")
                .hasSizeLessThan(200);
    }

    @Test
    void acceptsWithTheAnswerOfTheRfc() {
        Valid valid = valid(with("Sec-WebSocket-Protocol", "chat, superchat"));
        HandshakeResponse response = ServerHandshake.accept(valid, "chat", List.of(), HttpFields.EMPTY);
        assertThat(response.head())
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                        + "Sec-WebSocket-Protocol: chat\r\n\r\n");
        assertThat(response.body()).isEmpty();
    }

    @Test
    void acceptsWithExtensionsAndFurtherFields() {
        Valid valid = valid(with("Sec-WebSocket-Extensions", "a; x, b; y, b"));
        HandshakeResponse response = ServerHandshake.accept(
                valid,
                null,
                List.of(ExtensionElement.of("b").with("z", "1"), ExtensionElement.of("a")),
                HttpFields.of("Set-Cookie", "a=1", "Set-Cookie", "b=2"));
        assertThat(response.fields())
                .isEqualTo(HttpFields.of(
                        "Upgrade", "websocket",
                        "Connection", "Upgrade",
                        "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                        "Sec-WebSocket-Extensions", "b; z=1, a",
                        "Set-Cookie", "a=1",
                        "Set-Cookie", "b=2"));
    }

    @Test
    void doesNotAcceptASubprotocolThatWasNotOffered() {
        Valid valid = valid(with("Sec-WebSocket-Protocol", "chat"));
        assertThatThrownBy(() -> ServerHandshake.accept(valid, "Chat", List.of(), HttpFields.EMPTY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the subprotocol must be one that the client offered, [chat], or null for none, but was"
                        + " \"Chat\" (RFC 6455 §4.2.2)");
    }

    @Test
    void doesNotAcceptAnExtensionThatWasNotOfferedOrTwice() {
        Valid valid = valid(with("Sec-WebSocket-Extensions", "a, a"));
        assertThatThrownBy(
                        () -> ServerHandshake.accept(valid, null, List.of(ExtensionElement.of("b")), HttpFields.EMPTY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an extension must be one that the client offered, [a, a], but was \"b\" (RFC 6455 §9.1)");
        List<ExtensionElement> twice = List.of(ExtensionElement.of("a"), ExtensionElement.of("a"));
        assertThatThrownBy(() -> ServerHandshake.accept(valid, null, twice, HttpFields.EMPTY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("an extension must be agreed on once but \"a\" is there more than once");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade",
                "connection",
                "SEC-WEBSOCKET-ACCEPT",
                "Sec-WebSocket-Protocol",
                "Sec-WebSocket-Extensions",
                "Sec-WebSocket-Version",
                "Content-Length",
                "transfer-encoding"
            })
    void doesNotLetFurtherFieldsInterfere(String name) {
        Valid valid = valid(GOOD);
        assertThatThrownBy(() -> ServerHandshake.accept(valid, null, List.of(), HttpFields.of(name, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the field " + name + " belongs to the handshake itself");
    }

    @Property
    void answersEveryRequest(
            @ForAll("garbage") String method,
            @ForAll("garbage") String target,
            @ForAll("garbage") String version,
            @ForAll("fields") Map<String, String> changes) {
        HttpFields.Builder fields = GOOD.toBuilder();
        changes.forEach(fields::set);
        for (HandshakeRequest request : List.of(
                new HandshakeRequest(method, target, version, fields.build()),
                new HandshakeRequest("GET", target, version, fields.build()),
                new HandshakeRequest("GET", target, "HTTP/1.1", fields.build()),
                get(fields.build()))) {
            Result result = ServerHandshake.validate(request);
            if (result instanceof Refused refused) {
                assertProperRefusal(refused);
            } else {
                assertThat(ServerHandshake.accept((Valid) result, null, List.of(), HttpFields.EMPTY)
                                .status())
                        .isEqualTo(101);
            }
        }
    }

    @Provide
    Arbitrary<String> garbage() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(30),
                Arbitraries.strings().withChars("/:.?#%[]@HTP12 ").ofMaxLength(15),
                Arbitraries.of("GET", "HEAD", "/", "HTTP/1.1", "http://server.example.com/"));
    }

    @Provide
    Arbitrary<Map<String, String>> fields() {
        Arbitrary<String> name = Arbitraries.of(
                "Host",
                "Upgrade",
                "Connection",
                "Sec-WebSocket-Key",
                "Sec-WebSocket-Version",
                "Sec-WebSocket-Protocol",
                "Sec-WebSocket-Extensions",
                "Origin",
                "Content-Length",
                "Transfer-Encoding");
        Arbitrary<String> value = Arbitraries.oneOf(
                Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(30),
                Arbitraries.strings().withCharRange('\u0080', '\u00FF').ofMaxLength(10),
                Arbitraries.strings().withChars("a,;=\"\\ \t[]:1%").ofMaxLength(20));
        return Arbitraries.maps(name, value).ofMaxSize(4);
    }

    private static Valid valid(HttpFields fields) {
        Result result = ServerHandshake.validate(get(fields));
        assertThat(result).isInstanceOf(Valid.class);
        return (Valid) result;
    }

    private static Refused refused(HandshakeRequest request, int status) {
        Result result = ServerHandshake.validate(request);
        assertThat(result).isInstanceOf(Refused.class);
        Refused refused = (Refused) result;
        assertThat(refused.response().status()).isEqualTo(status);
        assertProperRefusal(refused);
        return refused;
    }

    /** What every refusal has: one line that says why, of known length, and the end of the connection. */
    private static void assertProperRefusal(Refused refused) {
        HandshakeResponse response = refused.response();
        assertThat(response.status()).isIn(400, 405, 426, 505);
        assertThat(refused.reason())
                .matches("[\\x20-\\x7E§]+ \\(RFC [^()]*\\)\\.")
                .hasSizeLessThan(600);
        assertThat(response.fields().tokens("Connection")).contains("close");
        assertThat(response.fields().values("Content-Length"))
                .containsExactly(String.valueOf(response.body().getBytes(StandardCharsets.UTF_8).length));
        if (!response.body().isEmpty()) {
            assertThat(response.body()).isEqualTo(refused.reason() + "\n");
            assertThat(response.fields().values("Content-Type")).containsExactly("text/plain; charset=utf-8");
        }
    }

    private static HandshakeRequest get(HttpFields fields) {
        return new HandshakeRequest("GET", "/chat", "HTTP/1.1", fields);
    }

    private static HttpFields with(String name, String value) {
        return GOOD.toBuilder().set(name, value).build();
    }

    private static HttpFields without(String name) {
        return GOOD.toBuilder().remove(name).build();
    }

    private static HttpFields twice(String name) {
        return GOOD.toBuilder().add(name, GOOD.first(name).orElseThrow()).build();
    }
}
