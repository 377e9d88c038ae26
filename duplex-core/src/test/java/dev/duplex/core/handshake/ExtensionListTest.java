package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.handshake.ExtensionElement.Parameter;
import dev.duplex.core.handshake.ExtensionList.Malformed;
import dev.duplex.core.handshake.ExtensionList.Parsed;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionListTest {
    @Test
    void readsSeveralOffersOverSeveralFields() {
        assertThat(ExtensionList.parse(List.of("foo, bar; baz=2", "foo;x")))
                .isEqualTo(new Parsed(List.of(
                        ExtensionElement.of("foo"),
                        ExtensionElement.of("bar").with("baz", "2"),
                        ExtensionElement.of("foo").with("x"))));
    }

    @Test
    void readsNoFieldAsNoElements() {
        assertThat(ExtensionList.parse(List.of())).isEqualTo(new Parsed(List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a;b=c;d",
                " a ; b = c ; d ",
                "\ta\t;\tb\t=\tc\t;\td\t",
                ",a;b=c;d,",
                ", ,a;b=c;d , ,",
                "a;b=\"c\";d",
                "a;b=\"\\c\";d",
                "a; b = \"c\" ; d"
            })
    void readsWhitespaceQuotesAndEmptyElementsTheSame(String value) {
        assertThat(ExtensionList.parse(List.of(value)))
                .isEqualTo(new Parsed(
                        List.of(ExtensionElement.of("a").with("b", "c").with("d"))));
    }

    @Test
    void unescapesEveryCharacterOfAQuotedToken() {
        assertThat(ExtensionList.parse(List.of("a; b=\"\\1\\5\"")))
                .isEqualTo(new Parsed(List.of(ExtensionElement.of("a").with("b", "15"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "a b          | expected \",\", \";\" or the end at index 2 but got \"b\"",
                "a;           | expected a parameter's name at index 2 but got the end",
                "a;;b         | expected a parameter's name at index 2 but got \";\"",
                "a;,b         | expected a parameter's name at index 2 but got \",\"",
                ";a           | expected an extension's name at index 0 but got \";\"",
                "=            | expected an extension's name at index 0 but got \"=\"",
                "a=b          | expected \",\", \";\" or the end at index 1 but got \"=\"",
                "a;b=         | expected a parameter's value at index 4 but got the end",
                "a;b=,        | expected a parameter's value at index 4 but got \",\"",
                "a;=b         | expected a parameter's name at index 2 but got \"=\"",
                "a;b=c=d      | expected \",\", \";\" or the end at index 5 but got \"=\"",
                "a;b=\"\"     | expected a token between the quotes at index 5 but got \"\\\"\"",
                "a;b=\"c      | expected a closing quote at index 6 but got the end",
                "a;b=\"c\\    | expected a character of a token in the quoted value at index 7 but got the end",
                "a;b=\"c d\"  | expected a character of a token in the quoted value at index 6 but got \" \"",
                "a;b=\"c\\\"d\" | expected a character of a token in the quoted value at index 7 but got \"\\\"\"",
                "a;b=\"c,d\"  | expected a character of a token in the quoted value at index 6 but got \",\"",
                "a;b=\"c\"d   | expected \",\", \";\" or the end at index 7 but got \"d\"",
                "\"a\"        | expected an extension's name at index 0 but got \"\\\"\"",
                "~~           | expected at least one extension but the list is empty",
                "~, ,~        | expected at least one extension but the list is empty",
            })
    void refusesWhatBreaksTheGrammar(String value, String reason) {
        assertThat(ExtensionList.parse(List.of(value))).isEqualTo(new Malformed(reason));
    }

    @Test
    void doesNotLetAQuotedStringSpanTwoFields() {
        assertThat(ExtensionList.parse(List.of("a;b=\"c", "d\""))).isInstanceOf(Malformed.class);
    }

    @Test
    void formatsSeveralElements() {
        assertThat(ExtensionList.format(List.of(ExtensionElement.of("a").with("b", "1"), ExtensionElement.of("c"))))
                .isEqualTo("a; b=1, c");
    }

    @Test
    void doesNotFormatAnEmptyList() {
        assertThatThrownBy(() -> ExtensionList.format(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected at least one extension; without any, leave the field out (RFC 6455 §9.1)");
    }

    @Property
    void readsBackWhatItFormats(@ForAll("elements") List<ExtensionElement> elements) {
        assertThat(ExtensionList.parse(List.of(ExtensionList.format(elements)))).isEqualTo(new Parsed(elements));
    }

    @Property
    void answersEveryTextWithAResultAndNeverTwoReadings(@ForAll("garbage") String text) {
        ExtensionList list = ExtensionList.parse(List.of(text));
        if (list instanceof Parsed parsed) {
            assertThat(ExtensionList.parse(List.of(ExtensionList.format(parsed.elements()))))
                    .isEqualTo(parsed);
        } else {
            assertThat(((Malformed) list).reason()).startsWith("expected ");
        }
    }

    @Provide
    Arbitrary<List<ExtensionElement>> elements() {
        Arbitrary<String> token = Arbitraries.strings()
                .withChars("!#$%&'*+-.^_`|~09AZaz")
                .ofMinLength(1)
                .ofMaxLength(8);
        Arbitrary<Parameter> parameter =
                Combinators.combine(token, token.injectNull(0.4)).as(Parameter::new);
        return Combinators.combine(token, parameter.list().ofMaxSize(4))
                .as(ExtensionElement::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    @Provide
    Arbitrary<String> garbage() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("ab;=,\"\\ \t").ofMaxLength(20),
                Arbitraries.strings().ofMaxLength(40));
    }
}
