package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.core.handshake.HttpFields;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpResponseTest {
    @Test
    void writesTextInUtf8() {
        HttpResponse response = HttpResponse.text(200, "hé");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.fields()).isEqualTo(HttpFields.of("Content-Type", "text/plain; charset=utf-8"));
        assertThat(response.body()).isEqualTo(new HttpResponse.Bytes("hé".getBytes(StandardCharsets.UTF_8)));
        assertThat(response.body().length()).isEqualTo(3);
    }

    @Test
    void knowsTheTypesOfItsFactories() {
        assertThat(HttpResponse.json(201, "{}").fields().first("content-type")).contains("application/json");
        assertThat(HttpResponse.html(404, "<p>").fields().first("content-type")).contains("text/html; charset=utf-8");
        assertThat(HttpResponse.bytes("image/png", new byte[2]).fields().first("content-type"))
                .contains("image/png");
        assertThat(HttpResponse.status(204).fields()).isEmpty();
        assertThat(HttpResponse.status(204).body().length()).isZero();
    }

    @Test
    void takesItsBodyFromAFile() {
        HttpResponse response = HttpResponse.file(200, "video/mp4", Path.of("a.mp4"), 1L << 40);

        assertThat(response.body()).isEqualTo(new HttpResponse.File(Path.of("a.mp4"), 1L << 40));
        assertThatIllegalArgumentException().isThrownBy(() -> HttpResponse.file(200, "video/mp4", Path.of("a"), -1));
    }

    @Test
    void replacesOneFieldAndAddsAnother() {
        HttpResponse response = HttpResponse.text(200, "")
                .header("content-type", "text/css")
                .addHeader("Link", "<a>")
                .addHeader("Link", "<b>")
                .cookie(SetCookie.builder("a", "1").build())
                .cookie(SetCookie.builder("b", "2").build())
                .addHeaders(HttpFields.of("X", "y"));

        assertThat(response.fields())
                .isEqualTo(HttpFields.of(
                        "Content-Type",
                        "text/css",
                        "Link",
                        "<a>",
                        "Link",
                        "<b>",
                        "Set-Cookie",
                        "a=1",
                        "Set-Cookie",
                        "b=2",
                        "X",
                        "y"));
    }

    @Test
    void leavesTheOriginalAsItIs() {
        HttpResponse original = HttpResponse.status(200);
        HttpResponse changed = original.header("A", "b");

        assertThat(original.fields()).isEmpty();
        assertThat(changed.fields().size()).isEqualTo(1);
    }

    @Test
    void redirects() {
        HttpResponse response = HttpResponse.redirect(303, "./next?a=b");

        assertThat(response.status()).isEqualTo(303);
        assertThat(response.fields().first("Location")).contains("./next?a=b");
        assertThatIllegalArgumentException().isThrownBy(() -> HttpResponse.redirect(200, "/"));
        assertThatIllegalArgumentException().isThrownBy(() -> HttpResponse.redirect(303, "/\r\nSet-Cookie: a=b"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100, 101, 199, 600, 999})
    void refusesAStatusThatNoResponseMayHave(int status) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpResponse.status(status))
                .withMessageContaining("must be 200 to 599");
        assertThatIllegalArgumentException().isThrownBy(() -> HttpResponse.text(status, ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void refusesABodyWhereNoneMayBe(int status) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpResponse.text(status, "x"))
                .withMessageContaining("has no body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\nb", "a\0", "\u010A", "\u007F"})
    void refusesAValueThatMayNotStandOnTheWire(String value) {
        HttpResponse response = HttpResponse.status(200);

        assertThatIllegalArgumentException().isThrownBy(() -> response.header("X", value));
        assertThatIllegalArgumentException().isThrownBy(() -> response.addHeader("X", value));
        assertThatIllegalArgumentException().isThrownBy(() -> response.header(value, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> HttpResponse.bytes(value, new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding"})
    void refusesToFrameTheMessage(String name) {
        HttpResponse response = HttpResponse.status(200);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> response.header(name, "1"))
                .withMessageContaining("the server writes " + name + " itself");
        assertThatIllegalArgumentException().isThrownBy(() -> response.addHeader(name, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> response.addHeaders(HttpFields.of(name, "1")));
    }
}
