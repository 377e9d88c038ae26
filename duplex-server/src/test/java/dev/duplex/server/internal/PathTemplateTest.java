package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTemplateTest {
    @Test
    void readsLiteralsParametersAndAFinalWildcard() {
        assertThat(PathTemplate.parse("/房间/{name}/*").segments())
                .containsExactly(
                        new PathTemplate.Literal("房间"),
                        new PathTemplate.Parameter("name"),
                        new PathTemplate.Wildcard());
    }

    @Test
    void keepsEmptySegments() {
        PathTemplate.Literal empty = new PathTemplate.Literal("");

        assertThat(PathTemplate.parse("/").segments()).containsExactly(empty);
        assertThat(PathTemplate.parse("/a/").segments()).containsExactly(new PathTemplate.Literal("a"), empty);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''         | must begin with a slash",
                "chat       | must begin with a slash",
                "*          | must begin with a slash",
                "/*/a       | may only be the last segment",
                "/a/**      | may not stand inside a segment",
                "/a*        | may not stand inside a segment",
                "/a{b}      | may not stand inside a segment",
                "/{b}c      | may not stand inside a segment",
                "/{a        | may not stand inside a segment",
                "/%20       | may not stand inside a segment",
                "/{}        | needs a name",
                "/{*}       | needs a name",
                "/{a}{b}    | needs a name",
                "/{a}/{a}   | must occur only once",
                "/a/../b    | is refused",
                "/.         | is refused",
                "/a?b       | must end before the query",
            })
    void refusesAMalformedTemplate(String template, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PathTemplate.parse(template))
                .withMessageContaining("the path template \"" + template + "\" is malformed")
                .withMessageContaining(rule);
    }
}
