package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.core.handshake.HttpFields;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPolicyTest {
    private static final String HOST = "a.com:8009";

    @ParameterizedTest
    @CsvSource({
        "http://a.com:8009,     a.com:8009, false",
        "HTTP://A.COM:8009,     a.com:8009, false",
        "http://a.com:8009,     A.Com:8009, false",
        "http://a.com,          a.com,      false",
        "http://a.com:80,       a.com,      false",
        "https://a.com,         a.com:443,  true",
        "http://127.0.0.1:8009, 127.0.0.1:8009, false",
        "http://[::1]:8009,     [::1]:8009, false",
    })
    void allowsItsOwnOriginByDefault(String origin, String host, boolean secure) {
        assertThat(OriginPolicy.sameOrigin()
                        .decide(origin(origin), host, secure, false)
                        .allowed())
                .isTrue();
    }

    // H16
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "NULL",
                "http://a.com.evil:8009",
                "http://evila.com:8009",
                "http://sub.a.com:8009",
                "http://a.com",
                "http://a.com:80090",
                "http://a.com:8010",
                "https://a.com:8009",
                "http://a.com:8009/",
                "http://a.com:8009@evil.example",
                "a.com:8009",
                "",
                "http://",
                "http://a.com:8009 http://evil.example",
                "http://a.com:8009, http://a.com:8009",
                "file://",
                "http://a.com.:8009",
                "http://\u00e4.com:8009",
                "*"
            })
    void refusesEveryOtherOriginByDefault(String origin) {
        OriginPolicy.Decision decision = OriginPolicy.sameOrigin().decide(origin(origin), HOST, false, false);

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.explanation()).startsWith("Origin ").endsWith(".").doesNotContain("\u00e4");
    }

    @Test
    void allowsAMissingOriginUnlessItIsRequired() {
        for (OriginPolicy policy :
                new OriginPolicy[] {OriginPolicy.sameOrigin(), OriginPolicy.allow("https://b.com"), OriginPolicy.any()
                }) {
            assertThat(policy.decide(HttpFields.EMPTY, HOST, false, false).allowed())
                    .isTrue();

            OriginPolicy.Decision decision = policy.requireOrigin().decide(HttpFields.EMPTY, HOST, false, false);
            assertThat(decision.allowed()).isFalse();
            assertThat(decision.explanation()).contains("has no Origin").contains("requireOrigin()");
        }
    }

    @Test
    void refusesSeveralOriginFields() {
        HttpFields fields = HttpFields.of("Origin", "http://a.com:8009", "Origin", "http://a.com:8009");

        assertThat(OriginPolicy.sameOrigin().decide(fields, HOST, false, false).explanation())
                .isEqualTo("The request has 2 Origin fields where one is allowed (RFC 6454 §7.3).");
    }

    @Test
    void allowsWhatIsListedAndNothingElse() {
        OriginPolicy policy = OriginPolicy.allow("https://*.b.com", "http://localhost:*");

        assertThat(policy.decide(origin("https://x.b.com"), HOST, false, false).allowed())
                .isTrue();
        assertThat(policy.decide(origin("http://localhost:3000"), HOST, false, false)
                        .allowed())
                .isTrue();
        assertThat(policy.decide(origin("https://xb.com"), HOST, false, false).allowed())
                .isFalse();
        assertThat(policy.decide(origin("https://x.b.com.evil"), HOST, false, false)
                        .allowed())
                .isFalse();
        assertThat(policy.decide(origin("null"), HOST, false, false).allowed()).isFalse();
        assertThat(policy.decide(origin("http://a.com:8009"), HOST, false, false)
                        .explanation())
                .isEqualTo(
                        "Origin http://a.com:8009 is not one of those that are allowed; allow it with origins(...).");
    }

    @Test
    void allowsEveryOriginIfToldSo() {
        assertThat(OriginPolicy.any()
                        .decide(origin("https://evil.example"), HOST, false, false)
                        .allowed())
                .isTrue();
        assertThat(OriginPolicy.any()
                        .requireOrigin()
                        .decide(origin("null"), HOST, false, false)
                        .allowed())
                .isTrue();
    }

    @Test
    void refusesAMalformedPattern() {
        assertThatIllegalArgumentException().isThrownBy(() -> OriginPolicy.allow("example.com"));
        assertThatIllegalArgumentException().isThrownBy(() -> OriginPolicy.allow("https://a.*.com"));
    }

    @Test
    void explainsARefusal() {
        assertThat(OriginPolicy.sameOrigin()
                        .decide(origin("https://evil.example"), "127.0.0.1:8009", false, false)
                        .explanation())
                .isEqualTo("Origin https://evil.example is not the origin of this server, http://127.0.0.1:8009;"
                        + " allow it with origins(...).");
        assertThat(OriginPolicy.sameOrigin()
                        .decide(origin("x\"<b>"), HOST, false, false)
                        .explanation())
                .startsWith("Origin \"x\\\"<b>\" is not an origin");
    }

    @Test
    void takesSchemeAndHostOfTheClientBehindATrustedProxy() {
        HttpFields fields = HttpFields.of(
                "Host", "backend:8080",
                "Origin", "https://chat.example",
                "X-Forwarded-For", "192.0.2.1",
                "X-Forwarded-Proto", "https",
                "X-Forwarded-Host", "chat.example");
        TrustedProxies.Client client =
                TrustedProxies.of("127.0.0.1").client(new java.net.InetSocketAddress("127.0.0.1", 4000), false, fields);

        assertThat(OriginPolicy.sameOrigin()
                        .decide(fields, client.host(), client.secure(), false)
                        .allowed())
                .isTrue();
        assertThat(OriginPolicy.sameOrigin()
                        .decide(fields, "backend:8080", false, false)
                        .allowed())
                .isFalse();
    }

    @Property
    void decidesAboutEverything(
            @ForAll @CharRange(from = ' ', to = '~') @CharRange(from = '\u0080', to = '\u00FF') String origin,
            @ForAll String host) {
        OriginPolicy.Decision decision = OriginPolicy.sameOrigin().decide(origin(origin), host, false, false);

        assertThat(decision.explanation()).matches("[\\x20-\\x7E\u00A7]*");
        assertThat(decision.allowed()).isEqualTo(decision.explanation().isEmpty());
    }

    private static HttpFields origin(String value) {
        return HttpFields.of("Origin", value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:8009", "chat.localhost:8009", "127.0.0.1:8009", "127.1.2.3:8009", "[::1]:8009"})
    void overLoopbackTheServersOwnOriginHasALoopbackName(String host) {
        assertThat(OriginPolicy.sameOrigin()
                        .decide(origin("http://" + host), host, false, true)
                        .allowed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example:8009", "localhost.evil.example:8009", "127.0.0.1.evil.example:8009"})
    void aNameReboundToLoopbackIsNotTheServersOwn(String host) {
        OriginPolicy.Decision decision = OriginPolicy.sameOrigin().decide(origin("http://" + host), host, false, true);

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.explanation()).contains("is not a name").contains("trustedProxies");
        assertThat(OriginPolicy.sameOrigin()
                        .decide(origin("http://" + host), host, false, false)
                        .allowed())
                .isTrue();
    }
}
