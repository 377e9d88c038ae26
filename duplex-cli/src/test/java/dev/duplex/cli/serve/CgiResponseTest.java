package dev.duplex.cli.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.server.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 3875 §6. */
class CgiResponseTest {
    private static CgiResponse read(String output) throws CgiException {
        return CgiResponse.read(output.getBytes(ISO_8859_1));
    }

    private static String body(CgiResponse response) {
        return new String(((HttpResponse.Bytes) response.response().body()).bytes(), ISO_8859_1);
    }

    @Test
    void aDocumentHasATypeAndABody() throws Exception {
        for (String end : new String[] {"\n", "\r\n"}) {
            CgiResponse read = read("Content-Type: text/plain" + end + end + "one\r\ntwo\n");
            assertThat(read.response().status()).isEqualTo(200);
            assertThat(read.response().fields().first("Content-Type")).contains("text/plain");
            assertThat(body(read)).isEqualTo("one\r\ntwo\n");
            assertThat(read.localRedirect()).isEmpty();
        }
    }

    @Test
    void statusAndOtherFieldsAreSent() throws Exception {
        CgiResponse read = read("status: 404 Not Found\nX-A: 1\nx-a: 2\nContent-Type: text/x\n\nno");
        assertThat(read.response().status()).isEqualTo(404);
        assertThat(read.response().fields().values("X-A")).containsExactly("1", "2");
        assertThat(read.response().fields().has("Status")).isFalse();
        assertThat(body(read)).isEqualTo("no");
    }

    @Test
    void fieldsOfTheConnectionAreNotItsOwn() throws Exception {
        CgiResponse read = read(
                "Content-Type: text/x\nContent-Length: 99\nTransfer-Encoding: chunked\nConnection: close\nDate: never\n\nbody");
        assertThat(read.response().fields().size()).isEqualTo(1);
        assertThat(body(read)).isEqualTo("body");
    }

    @Test
    void aPathOfThisServerIsALocalRedirect() throws Exception {
        assertThat(read("Location: /other/place?q=1#part\n\n").localRedirect()).contains("/other/place?q=1");
    }

    @Test
    void anAddressElsewhereIsARedirectOfTheClient() throws Exception {
        for (String location : new String[] {"https://example.com/x", "//example.com/x"}) {
            CgiResponse read = read("Location: " + location + "\n\n");
            assertThat(read.localRedirect()).isEmpty();
            assertThat(read.response().status()).isEqualTo(302);
            assertThat(read.response().fields().first("Location")).contains(location);
        }
        CgiResponse withStatus = read("Location: /here\nStatus: 303 See Other\nContent-Type: text/x\n\ngo");
        assertThat(withStatus.localRedirect()).isEmpty();
        assertThat(withStatus.response().status()).isEqualTo(303);
        assertThat(body(withStatus)).isEqualTo("go");
    }

    @Test
    void aStatusWithoutABodyHasNone() throws Exception {
        assertThat(read("Status: 204\n\nignored").response().body().length()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\" | it has written nothing",
                "\"hello\" | its output has no empty line that ends the fields",
                "\"hello~~\" | expected a field such as Content-Type: text/plain but got 'hello'",
                "\"~body\" | it begins with an empty line",
                "\"X-A: 1~~\" | it has none of the fields Content-Type, Location and Status",
                "\"HTTP/1.1 200 OK~Content-Type: a/b~~\" | a status line: write Status: 200 instead",
                "\"Status: 100 Continue~~\" | expected a Status of 200 to 599",
                "\"Status: OK~~\" | expected a Status of 200 to 599",
                "\"Status: 200~Status: 201~~\" | it has the field Status more than once",
                "\"Bad Name: x~~\" | cannot be sent",
                "\"Location: /%zz~~\" | is no path",
            })
    void whatIsNoResponseIsExplained(String output, String message) {
        assertThatThrownBy(() -> read(output.replace('~', '\n')))
                .isInstanceOf(CgiException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theHeadIsBounded() {
        assertThatThrownBy(() -> read("X: " + "x".repeat(70_000) + "\n\n"))
                .hasMessageContaining("more than 65536 bytes");
    }
}
