package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.client.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The variables of the environment, in curl's meaning. */
class ProxyEnvironmentTest {
    private static String proxy(String url, String... variables) throws Exception {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        Proxy proxy = new ProxyEnvironment(environment).forUrl(UrlRecord.parse(url, null));
        return proxy == null ? "none" : proxy.host();
    }

    @ParameterizedTest
    @CsvSource({
        "ws://s/, http_proxy=a:1, a",
        "ws://s/, https_proxy=a:1, none",
        "ws://s/, HTTP_PROXY=a:1, none",
        "ws://s/, WS_PROXY=a:1, a",
        "wss://s/, https_proxy=a:1, a",
        "wss://s/, HTTPS_PROXY=a:1, a",
        "wss://s/, http_proxy=a:1, none",
        "wss://s/, wss_proxy=a:1, a",
        "ws://s/, all_proxy=a:1, a",
        "ws://s/, ALL_PROXY=socks5h://a:1, a",
        "wss://s/, ALL_PROXY=a:1, a",
        "wss://s/, https_proxy=, none",
    })
    void theVariableOfTheSchemeIsTaken(String url, String variable, String host) throws Exception {
        assertThat(proxy(url, variable)).isEqualTo(host);
    }

    @Test
    void lowerCaseComesBeforeUpperCaseAndTheSchemesOwnBeforeAll() throws Exception {
        assertThat(proxy("wss://s/", "https_proxy=a:1", "HTTPS_PROXY=b:1", "all_proxy=c:1"))
                .isEqualTo("a");
        assertThat(proxy("wss://s/", "https_proxy=", "HTTPS_PROXY=b:1", "all_proxy=c:1"))
                .isEqualTo("b");
        assertThat(proxy("wss://s/", "wss_proxy=w:1", "https_proxy=a:1")).isEqualTo("w");
        assertThat(proxy("ws://s/", "no_proxy=other", "NO_PROXY=s", "all_proxy=a:1"))
                .isEqualTo("a");
    }

    @Test
    void aVariableThatNamesNoProxyIsNamed() {
        assertThatThrownBy(() -> proxy("wss://s/", "https_proxy=socks4://user:secret@a:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the environment variable https_proxy: a proxy is written as")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "example.com; ws://example.com/; true",
                "example.com; ws://www.example.com/; true",
                "example.com; ws://notexample.com/; false",
                "example.com; ws://example.com.evil/; false",
                ".example.com; ws://example.com/; true",
                ".example.com; ws://www.example.com/; true",
                "*.example.com; ws://www.example.com/; true",
                "EXAMPLE.com.; ws://Example.com./; true",
                "a.example, b.example; ws://b.example/; true",
                "a.example b.example; ws://b.example/; true",
                "*; ws://anything/; true",
                "*; wss://[::1]/; true",
                "example.com:8080; ws://example.com:8080/; true",
                "example.com:8080; ws://example.com/; false",
                "192.0.2.1; ws://192.0.2.1/; true",
                "192.0.2.1:81; ws://192.0.2.1/; false",
                "192.0.2.1:81; ws://192.0.2.1:81/; true",
                "2.1; ws://192.0.2.1/; false",
                "10.0.0.0/8; ws://10.1.2.3/; true",
                "10.0.0.0/8; ws://11.1.2.3/; false",
                "10.0.0.0/15; ws://10.1.2.3/; true",
                "10.0.0.0/15; ws://10.2.2.3/; false",
                "0.0.0.0/0; ws://1.2.3.4/; true",
                "0.0.0.0/0; ws://example.com/; false",
                "10.0.0.0/33; ws://10.0.0.0/; false",
                "10.0.0.0/x; ws://10.0.0.0/; false",
                "::1; ws://[::1]/; true",
                "[::1]; ws://[::1]/; true",
                "[::1]:80; ws://[::1]:81/; false",
                "2001:db8::/32; ws://[2001:db8:7::1]/; true",
                "2001:db8::/32; ws://[2001:db9::1]/; false",
                "'';  ws://example.com/; false",
                "' , ,'; ws://example.com/; false",
            })
    void theExceptionsAreDomainsAddressesAndNetworks(String exceptions, String url, boolean direct) throws Exception {
        assertThat(proxy(url, "all_proxy=p:1", "NO_PROXY=" + exceptions)).isEqualTo(direct ? "none" : "p");
    }
}
