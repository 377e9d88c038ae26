package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.duplex.core.handshake.HttpFields;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CookiesTest {
    @Test
    void readsPairsInOrder() {
        assertThat(parse("b=1; a=2;c=3;  d = 4 "))
                .containsExactly(entry("b", "1"), entry("a", "2"), entry("c", "3"), entry("d", "4"));
    }

    @Test
    void readsSeveralFields() {
        HttpFields fields = HttpFields.of("Cookie", "a=1", "X", "b=0", "cookie", "b=2");

        assertThat(Cookies.parse(fields)).containsExactly(entry("a", "1"), entry("b", "2"));
    }

    @Test
    void keepsTheFirstOfOneName() {
        assertThat(parse("sid=deep; sid=shallow; SID=other"))
                .containsExactly(entry("sid", "deep"), entry("SID", "other"));
    }

    @Test
    void takesAValueOutOfItsQuotes() {
        assertThat(parse("a=\"x y\"; b=\"; c=\"\"; d=\"x"))
                .containsExactly(entry("a", "x y"), entry("b", "\""), entry("c", ""), entry("d", "\"x"));
    }

    @Test
    void doesNotLetQuotesHideASemicolon() {
        assertThat(parse("a=\"x; sid=1; b=y\""))
                .containsExactly(entry("a", "\"x"), entry("sid", "1"), entry("b", "y\""));
    }

    @Test
    void keepsEqualsSignsPercentSignsAndBytesPastAscii() {
        assertThat(parse("a=b=c; t=%00%zz; u=\u00E9\u00FF"))
                .containsExactly(entry("a", "b=c"), entry("t", "%00%zz"), entry("u", "\u00E9\u00FF"));
    }

    @Test
    void skipsWhatHasNoName() {
        assertThat(parse("; ;=; =__Host-sid=1; lonely; ;a=;")).containsExactly(entry("a", ""));
        assertThat(Cookies.parse(HttpFields.EMPTY)).isEmpty();
        assertThat(parse("")).isEmpty();
    }

    @Property
    void readsEveryFieldValue(@ForAll("fieldValues") String value) {
        Map<String, String> cookies = parse(value);

        assertThat(cookies.keySet())
                .allSatisfy(name -> assertThat(name).isNotEmpty().doesNotContain("=", ";"));
        assertThat(cookies.values()).allSatisfy(cookie -> assertThat(cookie).doesNotContain(";"));
    }

    @Property
    void readsBackWhatSetCookieWrote(@ForAll("cookieValues") List<String> values) {
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            field.append(i == 0 ? "" : "; ")
                    .append(SetCookie.builder("c" + i, values.get(i)).build().toFieldValue());
        }

        assertThat(parse(field.toString()).values()).containsExactlyElementsOf(values);
    }

    @Provide
    Arbitrary<String> fieldValues() {
        return Arbitraries.strings().withChars("ab=;\" \t,\u00E9").ofMaxLength(40);
    }

    @Provide
    Arbitrary<List<String>> cookieValues() {
        return Arbitraries.strings()
                .withChars("a0!#=[]%~")
                .ofMaxLength(10)
                .list()
                .ofMaxSize(5);
    }

    private static Map<String, String> parse(String value) {
        return Cookies.parse(HttpFields.of("Cookie", value));
    }
}
