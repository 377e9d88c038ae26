package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.core.handshake.HttpFields;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
    private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.1", 5555);
    private static final InetSocketAddress STRANGER = new InetSocketAddress("203.0.113.9", 5555);
    private static final TrustedProxies PROXIES = TrustedProxies.of("10.0.0.0/8", "fd00::/8");

    @Test
    void ignoresTheFieldsOfAStranger() {
        HttpFields fields = HttpFields.of(
                "Host", "a.example",
                "X-Forwarded-For", "192.0.2.1",
                "X-Forwarded-Proto", "https",
                "X-Forwarded-Host", "evil.example",
                "Forwarded", "for=192.0.2.2");
        TrustedProxies.Client unchanged = new TrustedProxies.Client(STRANGER, false, "a.example");

        assertThat(PROXIES.client(STRANGER, false, fields)).isEqualTo(unchanged);
        assertThat(PROXIES.sendingForwarded().client(STRANGER, false, fields)).isEqualTo(unchanged);
        assertThat(TrustedProxies.NONE.client(STRANGER, false, fields)).isEqualTo(unchanged);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.1                         | 192.0.2.1",
                "1.1.1.1, 192.0.2.1                | 192.0.2.1",
                "1.1.1.1, 192.0.2.1, 10.0.0.2      | 192.0.2.1",
                "192.0.2.1, 10.0.0.3,10.0.0.2      | 192.0.2.1",
                "10.0.0.3, 10.0.0.2                | 10.0.0.3",
                "2001:db8::1                       | 2001:db8::1",
                "[2001:db8::1], fd00::2            | 2001:db8::1",
                "::ffff:192.0.2.1                  | 192.0.2.1",
                "192.0.2.1, ::ffff:10.0.0.2        | 192.0.2.1",
                ", 192.0.2.1,                      | 192.0.2.1",
            })
    void readsXForwardedForFromTheRight(String value, String expected) {
        assertThat(PROXIES.clientAddress(PROXY, HttpFields.of("X-Forwarded-For", value)))
                .isEqualTo(new InetSocketAddress(expected, 0));
    }

    @Test
    void readsAllFieldsOfTheNameAsOneList() {
        HttpFields fields = HttpFields.of("X-Forwarded-For", "192.0.2.1", "X-Forwarded-For", "192.0.2.2, 10.0.0.2");

        assertThat(PROXIES.clientAddress(PROXY, fields)).isEqualTo(new InetSocketAddress("192.0.2.2", 0));
    }

    @Test
    void keepsThePortWhereItIsSaid() {
        assertThat(PROXIES.clientAddress(PROXY, HttpFields.of("X-Forwarded-For", "192.0.2.1:4711")))
                .isEqualTo(new InetSocketAddress("192.0.2.1", 4711));
        assertThat(PROXIES.clientAddress(PROXY, HttpFields.of("X-Forwarded-For", "[2001:db8::1]:4711")))
                .isEqualTo(new InetSocketAddress("2001:db8::1", 4711));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown",
                "_hidden",
                "192.0.2.1.",
                "192.0.2.1:",
                "192.0.2.1:x",
                "192.0.2.1:65536",
                "[::1",
                "[]",
                "[::1]x",
                "localhost",
                "0x7f.1",
                "1.1.1.1, garbage",
                "1.1.1.1, <script>",
                "127.1",
                "[1.2.3.4",
                "[192.0.2.1]x:"
            })
    void staysAtTheProxyWhereItsWordCannotBeRead(String value) {
        assertThat(PROXIES.clientAddress(PROXY, HttpFields.of("X-Forwarded-For", value)))
                .isEqualTo(PROXY);
    }

    @Test
    void staysAtTheLastHopThatCouldBeRead() {
        HttpFields fields = HttpFields.of("X-Forwarded-For", "1.1.1.1, unknown, 10.0.0.2");

        assertThat(PROXIES.clientAddress(PROXY, fields)).isEqualTo(new InetSocketAddress("10.0.0.2", 0));
    }

    @Test
    void takesSchemeAndHostFromTheProxy() {
        HttpFields fields = HttpFields.of(
                "Host",
                "backend",
                "X-Forwarded-For",
                "192.0.2.1",
                "X-Forwarded-Proto",
                "HTTPS",
                "X-Forwarded-Host",
                "chat.example:444");

        assertThat(PROXIES.client(PROXY, false, fields))
                .isEqualTo(new TrustedProxies.Client(new InetSocketAddress("192.0.2.1", 0), true, "chat.example:444"));
    }

    @Test
    void takesTheSchemeThatBelongsToTheHop() {
        HttpFields fields = HttpFields.of(
                "X-Forwarded-For", "1.1.1.1, 192.0.2.1, 10.0.0.2", "X-Forwarded-Proto", "http, https, http");

        assertThat(PROXIES.client(PROXY, false, fields).secure()).isTrue();
    }

    @Test
    void takesTheSchemeOfTheNearestProxyWhereTheListsDiffer() {
        HttpFields fields =
                HttpFields.of("X-Forwarded-For", "1.1.1.1, 192.0.2.1, 10.0.0.2", "X-Forwarded-Proto", "http, https");

        assertThat(PROXIES.client(PROXY, false, fields).secure()).isTrue();
        assertThat(PROXIES.client(PROXY, true, HttpFields.of("X-Forwarded-Proto", "http"))
                        .secure())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "a@b", "a\"b", "<b>", "\u00e4.example"})
    void keepsTheHostFieldWhereTheForwardedHostIsNone(String host) {
        HttpFields fields = HttpFields.of("Host", "backend", "X-Forwarded-For", "192.0.2.1", "X-Forwarded-Host", host);

        assertThat(PROXIES.client(PROXY, false, fields).host()).isEqualTo("backend");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "for=192.0.2.1                                        | 192.0.2.1   | 0",
                "For=\"192.0.2.1:80\";proto=http;by=203.0.113.43      | 192.0.2.1   | 80",
                "for=192.0.2.1:80                                     | 192.0.2.1   | 80",
                "for=\"[2001:db8::1]:4711\"                           | 2001:db8::1 | 4711",
                "for=\"192.0.2.1:_port\"                              | 192.0.2.1   | 0",
                "for=1.1.1.1, for=192.0.2.1 , for=10.0.0.2            | 192.0.2.1   | 0",
                "for=\"1.1.1.1, for=2.2.2.2\", for=192.0.2.1          | 192.0.2.1   | 0",
                ", ;for=192.0.2.1; ,;                                 | 192.0.2.1   | 0",
                "secret=\"a\\\"b,;\" ; for = 1.1.1.1, for=192.0.2.1   | 10.0.0.1    | 5555",
                "secret=\"a\\\"b,;\" ; for=192.0.2.1                  | 192.0.2.1   | 0",
            })
    void readsForwarded(String value, String address, int port) {
        assertThat(PROXIES.sendingForwarded().clientAddress(PROXY, HttpFields.of("Forwarded", value)))
                .isEqualTo(new InetSocketAddress(address, port));
    }

    @Test
    void takesSchemeAndHostFromForwarded() {
        HttpFields fields = HttpFields.of(
                "Host", "backend", "Forwarded", "for=192.0.2.1;proto=https;host=\"chat.example:444\", for=10.0.0.2");

        assertThat(PROXIES.sendingForwarded().client(PROXY, false, fields))
                .isEqualTo(new TrustedProxies.Client(new InetSocketAddress("192.0.2.1", 0), true, "chat.example:444"));
    }

    @Test
    void doesNotLetAQuoteOfTheClientSwallowWhatTheProxyAdds() {
        TrustedProxies proxies = PROXIES.sendingForwarded();

        for (String sent :
                new String[] {"for=\"1.1.1.1", "for=1.1.1.1;x=\"", "for=1.1.1.1;x=\"\\", "x=\", for=1.1.1.1"}) {
            assertThat(proxies.clientAddress(PROXY, HttpFields.of("Forwarded", sent + ", for=192.0.2.1")))
                    .isIn(PROXY, new InetSocketAddress("192.0.2.1", 0));
            assertThat(proxies.clientAddress(PROXY, HttpFields.of("Forwarded", sent + ", for=\"[2001:db8::1]\"")))
                    .isIn(PROXY, new InetSocketAddress("2001:db8::1", 0));
            assertThat(proxies.clientAddress(PROXY, HttpFields.of("Forwarded", sent, "Forwarded", "for=192.0.2.1")))
                    .isEqualTo(new InetSocketAddress("192.0.2.1", 0));
        }
    }

    @Test
    void readsOnlyTheFieldThatItsProxiesSend() {
        HttpFields fields = HttpFields.of("X-Forwarded-For", "192.0.2.1", "Forwarded", "for=192.0.2.2");

        assertThat(PROXIES.clientAddress(PROXY, fields)).isEqualTo(new InetSocketAddress("192.0.2.1", 0));
        assertThat(PROXIES.sendingForwarded().clientAddress(PROXY, fields))
                .isEqualTo(new InetSocketAddress("192.0.2.2", 0));
    }

    @Test
    void trustsUnixSocketsOnlyIfToldSo() {
        SocketAddress socket = new DomainSocketAddress("/run/duplex.sock");
        HttpFields fields = HttpFields.of("X-Forwarded-For", "192.0.2.1");

        assertThat(TrustedProxies.of("unix").clientAddress(socket, fields))
                .isEqualTo(new InetSocketAddress("192.0.2.1", 0));
        assertThat(PROXIES.clientAddress(socket, fields)).isEqualTo(socket);
        assertThat(PROXIES.trusts(InetSocketAddress.createUnresolved("10.0.0.1", 1)))
                .isFalse();
    }

    @Test
    void refusesAMalformedNetwork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedProxies.of("10.0.0.0/8", "proxy.example"))
                .withMessageContaining("got \"proxy.example\"");
    }

    @Property
    void findsAClientWhateverTheFieldsHold(@ForAll("values") String first, @ForAll("values") String second) {
        HttpFields fields = HttpFields.of(
                "X-Forwarded-For", first,
                "X-Forwarded-Proto", second,
                "X-Forwarded-Host", second,
                "Forwarded", first,
                "Forwarded", second);

        assertThat(PROXIES.client(PROXY, false, fields).host()).matches("[\\x21-\\x7E]*");
        assertThat(PROXIES.sendingForwarded().client(PROXY, false, fields).address())
                .isInstanceOf(InetSocketAddress.class);
    }

    @Property
    void readsTheAddressThatTheProxyAddedWhateverTheClientSent(@ForAll("values") String sent) {
        HttpFields fields = HttpFields.of("X-Forwarded-For", sent + ", 192.0.2.1");

        assertThat(PROXIES.clientAddress(PROXY, fields)).isEqualTo(new InetSocketAddress("192.0.2.1", 0));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                        "for=",
                        "proto=",
                        "host=",
                        "10.0.0.2",
                        "192.0.2.9",
                        "[",
                        "]",
                        ":",
                        "::1",
                        "\"",
                        "\\",
                        ",",
                        ";",
                        " ",
                        "=",
                        "%",
                        "unknown",
                        "https",
                        "\u00FF",
                        "99999",
                        "_")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }
}
