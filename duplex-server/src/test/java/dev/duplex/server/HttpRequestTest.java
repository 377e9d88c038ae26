package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.handshake.HttpFields;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRequestTest {
    @Test
    void takesTheTargetApart() {
        HttpRequest request = HttpRequest.builder("GET", "/files/a%2Fb/%E4%B8%80/?v=1%2B1&v=2")
                .build();

        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).isEqualTo("/files/a%2Fb/%E4%B8%80/?v=1%2B1&v=2");
        assertThat(request.rawPath()).isEqualTo("/files/a%2Fb/%E4%B8%80/");
        assertThat(request.path()).isEqualTo("/files/a/b/一/");
        assertThat(request.segments()).containsExactly("files", "a/b", "一", "");
        assertThat(request.tail()).isEqualTo(request.segments());
        assertThat(request.query().all("v")).containsExactly("1+1", "2");
    }

    @Test
    void hasWhatItWasBuiltWith() {
        InetSocketAddress address = new InetSocketAddress("192.0.2.1", 80);
        HttpRequest request = HttpRequest.builder("POST", "/a/b/c")
                .fields(HttpFields.of("Cookie", "a=1"))
                .pathParameters(Map.of("*", "b/c"))
                .tail(List.of("b", "c"))
                .body(new byte[] {1})
                .remoteAddress(address)
                .secure(true)
                .proxied(true)
                .build();

        assertThat(request.cookies()).containsExactly(Map.entry("a", "1"));
        assertThat(request.pathParameters()).containsExactly(Map.entry("*", "b/c"));
        assertThat(request.tail()).containsExactly("b", "c");
        assertThat(request.body()).containsExactly(1);
        assertThat(request.remoteAddress()).isEqualTo(address);
        assertThat(request.proxied()).isTrue();
        assertThat(request.secure()).isTrue();
    }

    @Test
    void tellsALogNothingOfItsQuery() {
        HttpRequest request = HttpRequest.builder("GET", "/chat?token=secret").build();

        assertThat(request).hasToString("GET /chat");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "*", "/%", "/a/../b", "/a b", "/é", "/a#b", "/a?b=%", "/\0", "/%00"})
    void refusesAMalformedTarget(String target) {
        HttpRequest.Builder builder = HttpRequest.builder("GET", target);

        assertThatThrownBy(builder::build).isInstanceOf(BadRequestException.class);
    }
}
