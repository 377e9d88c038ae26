package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, -1",
        "EXAMPLE.com:8009, example.com, 8009",
        "127.0.0.1:0, 127.0.0.1, 0",
        "a:65535, a, 65535",
        "a:00080, a, 80",
        "a:, a, -1",
        "[::1], [::1], -1",
        "[::1]:80, [::1], 80",
        "[2001:DB8::7]:443, [2001:db8::7], 443",
        "xn--bcher-kva.example, xn--bcher-kva.example, -1",
        "a%20b, a%20b, -1",
        "a_b-c~d.e!, a_b-c~d.e!, -1",
    })
    void readsHostAndPort(String text, String host, int port) {
        assertThat(Authority.parse(text)).contains(new Authority(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "a b",
                "a:99999",
                "a:65536",
                "a:-1",
                "a:+1",
                "a:8x",
                "a: 80",
                "a:80:80",
                "a:99999999999",
                "a:\u0661",
                "[::",
                "[::1",
                "[",
                "[]",
                "[::1]80",
                "[::1]x",
                "[::1]:x",
                "::1",
                "[v1.a]",
                "[fe80::1%25eth0]",
                "a/b",
                "a@b",
                "a?b",
                "a#b",
                "a\\b",
                "a%2",
                "a%zz",
                "a%",
                "\u00E4",
                "a\0",
                "a\n",
                "<a>",
                "a\"b",
                "a]",
                "[a]b:1"
            })
    void refusesWhatIsNoHost(String text) {
        assertThat(Authority.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "1::",
                "1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8",
                "1::8",
                "ffff:FFFF::",
                "::1.2.3.4",
                "::ffff:255.255.255.255",
                "1:2:3:4:5:6:1.2.3.4",
                "64:ff9b::0.0.0.0"
            })
    void knowsIpv6Addresses(String text) {
        assertThat(Authority.isIpv6(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "1::2::3",
                ":1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8:",
                "::12345",
                "::g",
                "::1.2.3",
                "::1.2.3.4.5",
                "::256.1.1.1",
                "::01.2.3.4",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3.",
                "::1.2.3.4444",
                "::-1"
            })
    void knowsWhatIsNoIpv6Address(String text) {
        assertThat(Authority.isIpv6(text)).isFalse();
    }

    @Test
    void looksAsInTheHostField() {
        assertThat(new Authority("a", Authority.NO_PORT)).hasToString("a");
        assertThat(new Authority("[::1]", 80)).hasToString("[::1]:80");
    }

    @Property
    void answersEveryText(@ForAll String text) {
        Authority.parse(text)
                .ifPresent(authority ->
                        assertThat(Authority.parse(authority.toString())).contains(authority));
        assertThat(Authority.parse(text + " ")).isEmpty();
    }
}
