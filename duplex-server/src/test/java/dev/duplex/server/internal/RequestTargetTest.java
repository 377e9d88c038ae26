package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.server.BadRequestException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    @Test
    void splitsPathQueryAndSegments() {
        RequestTarget target = RequestTarget.parse("/a/b%20c?x=/../%zz?");

        assertThat(target).isEqualTo(new RequestTarget("/a/b%20c", "x=/../%zz?", List.of("a", "b c")));
    }

    @Test
    void hasOneEmptySegmentAtTheRoot() {
        assertThat(RequestTarget.parse("/").segments()).containsExactly("");
        assertThat(RequestTarget.parse("/?").segments()).containsExactly("");
    }

    @Test
    void keepsEmptySegments() {
        assertThat(RequestTarget.parse("//a//b/").segments()).containsExactly("", "a", "", "b", "");
    }

    @Test
    void decodesAfterSplittingAndOnlyOnce() {
        assertThat(RequestTarget.parse("/a%2Fb/%252e%252e/%5C").segments()).containsExactly("a/b", "%2e%2e", "\\");
    }

    @Test
    void doesNotTakeAPlusForASpaceInAPath() {
        assertThat(RequestTarget.parse("/a+b").segments()).containsExactly("a+b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a.example/x?y", "HTTPS://a.example:1/x?y", "ws://[::1]/x?y", "wss://u@a/x?y"})
    void dropsSchemeAndAuthorityOfTheAbsoluteForm(String target) {
        assertThat(RequestTarget.parse(target)).isEqualTo(new RequestTarget("/x", "y", List.of("x")));
    }

    @Test
    void takesAnAbsoluteFormWithoutPathForTheRoot() {
        assertThat(RequestTarget.parse("http://a.example")).isEqualTo(RequestTarget.parse("/"));
        assertThat(RequestTarget.parse("http://a.example?y").rawQuery()).isEqualTo("y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/../etc/passwd",
                "/a/./b",
                "/a/..",
                "/%2e%2e/a",
                "/%2E./a",
                "/.%2e",
                "/%2e",
                "/a/%2e%2e?x"
            })
    void refusesDotSegments(String target) {
        assertThatThrownBy(() -> RequestTarget.parse(target))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected a path without the segments . and ..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%00.html", "/%0d%0aSet-Cookie:a", "/%7F", "/%1b[0m", "/a%09b"})
    void refusesControlCharacters(String target) {
        assertThatThrownBy(() -> RequestTarget.parse(target))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected a path without control characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a b", "/a\tb", "/\0", "/\u0080", "/\u00FF", "/a#b", "/a?b#c", "/a\r\nX: y", "/\u4e00"})
    void refusesWhatIsNotVisibleAscii(String target) {
        assertThatThrownBy(() -> RequestTarget.parse(target))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected a request target of visible US-ASCII characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "a", "?a", "a.example:443", "ftp://a/", "http:/a", "\\a", "..", "file:///etc"})
    void refusesOtherForms(String target) {
        assertThatThrownBy(() -> RequestTarget.parse(target))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected a request target that begins with a slash");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%", "/%2", "/%zz", "/a%", "/%u002e", "/%c0%ae%c0%ae/", "/%ff", "/%e0%80%af"})
    void refusesMalformedEscapes(String target) {
        assertThatThrownBy(() -> RequestTarget.parse(target)).isInstanceOf(BadRequestException.class);
    }

    @Property
    void throwsNothingButBadRequest(@ForAll("targets") String target) {
        try {
            RequestTarget parsed = RequestTarget.parse(target);
            assertThat(parsed.segments()).isNotEmpty().doesNotContain(".", "..");
            assertThat(parsed.rawPath()).startsWith("/");
            assertThat(parsed.rawPath().chars().filter(c -> c == '/').count())
                    .isEqualTo(parsed.segments().size());
        } catch (BadRequestException e) {
            assertThat(e.getMessage()).matches("[\\x20-\\x7E\u00A7]+");
        }
    }

    @Provide
    Arbitrary<String> targets() {
        Arbitrary<String> wild = Arbitraries.strings();
        Arbitrary<String> near = Arbitraries.of(
                        "/",
                        "//",
                        "%2e",
                        ".",
                        "%2F",
                        "a",
                        "%",
                        "%e4%b8%80",
                        "%80",
                        "?",
                        "\\",
                        "%00",
                        "http://",
                        "{",
                        "#")
                .list()
                .ofMaxSize(10)
                .map(parts -> String.join("", parts));
        return Arbitraries.oneOf(near, near.map(text -> "/" + text), wild);
    }
}
