package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URLs as the WHATWG URL Standard parses and serializes them. */
class UrlRecordTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "ws://example.com ws://example.com/",
                "WS://EXAMPLE.com:80/A ws://example.com/A",
                "wss://example.com:443/ wss://example.com/",
                "wss://example.com:80/ wss://example.com:80/",
                "ws://example.com: ws://example.com/",
                "ws:example.com/x ws://example.com/x",
                "ws:\\\\example.com\\a\\b ws://example.com/a/b",
                "ws:///example.com/ ws://example.com/",
                "ws://example.com?q=1 ws://example.com/?q=1",
                "ws://example.com/a/../b/./c/%2e%2E/d ws://example.com/b/d",
                "ws://example.com/a/.. ws://example.com/",
                "ws://example.com/../../a ws://example.com/a",
                "ws://bücher.example/ ws://xn--bcher-kva.example/",
                "ws://ex%41mple.com/ ws://example.com/",
                "ws://例え.テスト/世?界 ws://xn--r8jz45g.xn--zckzah/%E4%B8%96?%E7%95%8C",
                "ws://u:p@example.com/ ws://u:p@example.com/",
                "ws://u|:p:w@example.com/ ws://u%7C:p%3Aw@example.com/",
                "ws://a@b@example.com/ ws://a%40b@example.com/",
                "ws://:@example.com/ ws://example.com/",
                "ws://:p@example.com/ ws://:p@example.com/",
                "ws://[::1]:8080/ ws://[::1]:8080/",
                "ws://[0:0:0:0:0:0:0:1]/ ws://[::1]/",
                "ws://[2001:DB8:0:0:1:0:0:1]/ ws://[2001:db8::1:0:0:1]/",
                "ws://[::ffff:1.2.3.4]/ ws://[::ffff:102:304]/",
                "ws://[1:0:0:2:0:0:0:3]/ ws://[1:0:0:2::3]/",
                "ws://[1:0:2:0:3:0:4:0]/ ws://[1:0:2:0:3:0:4:0]/",
                "ws://[1::]/ ws://[1::]/",
                "ws://[::]/ ws://[::]/",
                "ws://[0:0:1:0:0:1:0:0]/ ws://[::1:0:0:1:0:0]/",
                "ws://127.0.0.1/ ws://127.0.0.1/",
                "ws://a/%zz ws://a/%zz",
                "ws://a/a'b?a'b ws://a/a'b?a%27b",
            })
    void isSerializedAsBrowsersDo(String url, String serialized) throws Exception {
        assertThat(UrlRecord.parse(url, null)).hasToString(serialized);
    }

    @Test
    void dropsSpacesAroundItAndLineBreaksInIt() throws Exception {
        assertThat(UrlRecord.parse(" \u0000ws://ex\nam\tple.com/a b\r ", null)).hasToString("ws://example.com/a%20b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "/path",
                "ws://",
                "ws:///",
                "ws://:80/",
                "ws://a\"b/",
                "ws://a`b/",
                "ws://{a}/",
                "ws://a b/",
                "ws://a%20b/",
                "ws://a%00b/",
                "ws://a:99999/",
                "ws://a:-1/",
                "ws://a:8o/",
                "ws://[::1/",
                "ws://[::1%25eth0]/",
                "ws://[:::1]/",
                "ws://[]/",
                "ws://256.0.0.1/",
                "ws://1.2.3/",
                "ws://0x7f000001/",
                "ws://a<b/",
                "ws://a^b/",
                "ws://%ff/",
                "ws://fa\u00df/",
            })
    void isRefusedWhereItIsNone(String url) {
        assertThatThrownBy(() -> UrlRecord.parse(url, null)).isInstanceOf(UrlRecord.InvalidUrlException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "c, ws://h:1/a/c",
        "./c/, ws://h:1/a/c/",
        "../c, ws://h:1/c",
        "/c?d, ws://h:1/c?d",
        "?d, ws://h:1/a/b?d",
        "'', ws://h:1/a/b?q",
        "//other, ws://other/",
        "wss://other, wss://other/",
        "ws:c, ws://h:1/a/c",
    })
    void isResolvedAgainstABase(String url, String resolved) throws Exception {
        UrlRecord base = UrlRecord.parse("ws://h:1/a/b?q", null);
        UrlRecord record = UrlRecord.parse(url, base);
        assertThat(record).hasToString(resolved);
    }

    @Test
    void hasAFragmentEvenIfEmpty() throws Exception {
        assertThat(UrlRecord.parse("ws://a/#", null).fragment()).isEqualTo("#");
        assertThat(UrlRecord.parse("ws://a/", null).fragment()).isNull();
        assertThat(UrlRecord.parse("ws://a/#?x", null).query()).isEmpty();
    }

    @Test
    void knowsOriginAndTarget() throws Exception {
        UrlRecord url = UrlRecord.parse("wss://u@a.example:8443/p?q", null);
        assertThat(url.origin()).isEqualTo("wss://a.example:8443");
        assertThat(url.target()).isEqualTo("/p?q");
        assertThat(UrlRecord.parse("wss://a.example:443/", null).origin()).isEqualTo("wss://a.example");
    }
}
