package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConsolePageTest {
    private static HttpResponse answer(String method, String target, String... endpoints) {
        return new ConsolePage(true, List.of(endpoints))
                .handle(HttpRequest.builder(method, target).build())
                .toCompletableFuture()
                .join();
    }

    private static String html(String target, String... endpoints) {
        return new String(((HttpResponse.Bytes) answer("GET", target, endpoints).body()).bytes(), UTF_8);
    }

    private static String only(String html, String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(html);
        assertThat(matcher.find()).as(pattern).isTrue();
        String found = matcher.group(1);
        assertThat(matcher.find()).as("a second " + pattern).isFalse();
        return found;
    }

    @Test
    void itsPolicyAllowsItsOwnScriptAndStyleAndNothingElse() throws Exception {
        String html = html("/");
        String policy =
                answer("GET", "/").fields().first("Content-Security-Policy").orElseThrow();
        assertThat(policy)
                .startsWith("default-src 'none';")
                .contains("script-src '" + hash(only(html, "<script type=\"module\">(.*?)</script>")) + "'")
                .contains("style-src '" + hash(only(html, "<style>(.*?)</style>")) + "'")
                .doesNotContain("unsafe");
    }

    private static String hash(String text) throws Exception {
        return "sha256-"
                + Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }

    @Test
    void itLoadsNothing() {
        String html = html("/");
        assertThat(html).doesNotContain("/assets/").doesNotContain("<link rel=\"stylesheet\"");
        assertThat(Pattern.compile("(?:src|href)=\"([^\"]*)\"")
                        .matcher(html)
                        .results()
                        .map(match -> match.group(1)))
                .isNotEmpty()
                .allMatch(address -> address.startsWith("data:image/svg+xml;base64,"));
        assertThat(only(html, "<script type=\"module\">(.*?)</script>")).doesNotContainPattern("(?m)^(import|export) ");
    }

    @Test
    void nothingOfTheRequestIsInIt() {
        assertThat(html("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E?evil-query=1"))
                .isEqualTo(html("/"));
        assertThat(html("/")).doesNotContain("alert(1)");
    }

    @Test
    void aPathCannotEndTheElementThatHoldsIt() {
        String html = html("/", "/</script><script>alert(1)</script>");
        assertThat(html).doesNotContain("<script>alert");
        assertThat(only(html, "id=\"console\">(.*?)</script>"))
                .contains("\"endpoints\":[\"/\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\"]")
                .contains("\"here\":true");
    }

    @Test
    void itIsReadOnly() {
        HttpResponse response = answer("POST", "/");
        assertThat(response.status()).isEqualTo(405);
        assertThat(response.fields().first("Allow")).contains("GET, HEAD");
    }
}
