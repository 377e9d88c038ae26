package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetCookieTest {
    @Test
    void writesAllAttributes() {
        SetCookie cookie = SetCookie.builder("sid", "a=b%20")
                .path("/chat")
                .domain("example.com")
                .maxAge(Duration.ofMillis(90_500))
                .expires(Instant.parse("2026-06-03T04:05:06Z"))
                .secure()
                .httpOnly()
                .sameSite(SetCookie.SameSite.STRICT)
                .build();

        assertThat(cookie.toFieldValue())
                .isEqualTo("sid=a=b%20; Path=/chat; Domain=example.com; Max-Age=90;"
                        + " Expires=Wed, 03 Jun 2026 04:05:06 GMT; Secure; HttpOnly; SameSite=Strict");
        assertThat(cookie.name()).isEqualTo("sid");
        assertThat(cookie.toString()).doesNotContain("a=b");
    }

    @Test
    void writesNothingButThePairByDefault() {
        assertThat(SetCookie.builder("a", "").build().toFieldValue()).isEqualTo("a=");
        assertThat(SetCookie.delete("a").toFieldValue()).isEqualTo("a=; Path=/; Max-Age=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a=b", "a;b", "a\r\nb", "\0", "é", "(a)", "\"a\""})
    void refusesANameThatIsNoToken(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SetCookie.builder(name, "x"))
                .withMessageContaining("the name of a cookie must be a token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a;b", "a,b", "a\"b", "a\\b", "a\r\nSet-Cookie: b=c", "\0", "\u007F", "é", "\u010A"})
    void refusesAValueOutsideTheGrammarWithoutRepeatingIt(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SetCookie.builder("sid", value))
                .withMessageContaining("the value of the cookie sid must be visible US-ASCII")
                .withMessageNotContaining(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "chat", "/a;b", "/a; Secure", "/a\r\n", "/\0", "/é"})
    void refusesAPathOutsideTheGrammar(String path) {
        SetCookie.Builder builder = SetCookie.builder("a", "b");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.path(path))
                .withMessageContaining("the path of a cookie must begin with a slash");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".example.com", "a..b", "-a.example", "a-.example", "a b", "a;b", "a\n", "é.example"})
    void refusesADomainThatIsNoHostName(String domain) {
        SetCookie.Builder builder = SetCookie.builder("a", "b");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.domain(domain))
                .withMessageContaining("the domain of a cookie must be a host name");
    }

    @Test
    void refusesTimesThatNobodyUnderstands() {
        SetCookie.Builder builder = SetCookie.builder("a", "b");

        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxAge(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.expires(Instant.MAX));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.expires(Instant.MIN));
    }

    @Test
    void refusesWhatUserAgentsDrop() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SetCookie.builder("a", "b")
                        .sameSite(SetCookie.SameSite.NONE)
                        .build())
                .withMessageContaining("call secure()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SetCookie.builder("__Secure-a", "b").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SetCookie.builder("__Host-a", "b").secure().build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SetCookie.builder("__HOST-a", "b")
                        .secure()
                        .path("/")
                        .domain("a.example")
                        .build());

        assertThat(SetCookie.builder("__Host-a", "b").secure().path("/").build().toFieldValue())
                .isEqualTo("__Host-a=b; Path=/; Secure");
    }
}
