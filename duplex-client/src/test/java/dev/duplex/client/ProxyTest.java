package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies as they are written. */
class ProxyTest {
    @ParameterizedTest
    @CsvSource({
        "http://proxy.example:3128, http://proxy.example:3128",
        "http://proxy.example:80/, http://proxy.example:80",
        "proxy.example:3128, http://proxy.example:3128",
        "proxy.example, http://proxy.example:1080",
        "HTTPS://Proxy.Example, https://proxy.example:443",
        "https://proxy.example:8443/path, https://proxy.example:8443",
        "socks5://127.0.0.1:9050, socks5://127.0.0.1:9050",
        "socks5h://localhost, socks5h://localhost:1080",
        "http://[::1]:3128, http://[::1]:3128",
        "http://[::1], http://[::1]:1080",
    })
    void isWrittenAsAUrl(String text, String shown) {
        assertThat(Proxy.parse(text)).hasToString(shown);
        assertThat(Proxy.parse(text).credentials()).isNull();
    }

    @Test
    void nameAndPasswordArePercentDecodedAndNeverShown() {
        Proxy proxy = Proxy.parse("http://us%40er:p%3Ass@proxy.example:3128");
        assertThat(proxy.credentials()).isEqualTo(new Proxy.Credentials("us@er", "p:ss"));
        assertThat(proxy.toString() + proxy.credentials()).doesNotContain("p:ss");
    }

    @Test
    void aNameWithoutPasswordHasAnEmptyOne() {
        assertThat(Proxy.parse("http://user@proxy.example").credentials()).isEqualTo(new Proxy.Credentials("user", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks4://a:1", "ftp://a:1", "http://", "", "http://a:99999", "http://a:b", "http://a b:1"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Proxy.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a proxy is written as http://host:port");
    }

    @Test
    void aPasswordWithASlashIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> Proxy.parse("http://user:sec/ret@proxy.example:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("percent-encoded")
                .hasMessageNotContaining("sec");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:1", "a/b", "u@a", "a b", "a#b"})
    void aHostMustBeAHost(String host) {
        assertThatThrownBy(() -> Proxy.http(host, 3128)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void aPortMustBeOne(int port) {
        assertThatThrownBy(() -> Proxy.socks5("a", port)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void credentialsMustFitTheProtocol() {
        assertThatThrownBy(() -> Proxy.http("a", 1).withCredentials("a:b", "c")).hasMessageContaining("RFC 7617");
        assertThatThrownBy(() -> Proxy.socks5("a", 1).withCredentials("ä", "c")).hasMessageContaining("RFC 1929");
        assertThatThrownBy(() -> Proxy.socks5("a", 1).withCredentials("a", "")).hasMessageContaining("RFC 1929");
        assertThatThrownBy(() -> Proxy.socks5("a", 1).withCredentials("a", "x".repeat(256)))
                .hasMessageContaining("RFC 1929");
    }

    @Test
    void onlySocksCanBeGivenAddresses() {
        assertThat(Proxy.socks5("a", 1).resolvingHere()).hasToString("socks5://a:1");
        assertThatThrownBy(() -> Proxy.http("a", 1).resolvingHere()).isInstanceOf(IllegalStateException.class);
    }
}
