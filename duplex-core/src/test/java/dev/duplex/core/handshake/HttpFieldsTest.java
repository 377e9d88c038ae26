package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpFieldsTest {
    private final HttpFields fields = HttpFields.builder()
            .add("Host", "example.com")
            .add("Accept", "a, b")
            .add("X-Empty", "")
            .add("accept", ",c,")
            .build();

    @Test
    void findsValuesWithoutRegardToCase() {
        assertThat(fields.values("ACCEPT")).containsExactly("a, b", ",c,");
        assertThat(fields.first("accepT")).contains("a, b");
        assertThat(fields.has("hOST")).isTrue();
    }

    @Test
    void saysThatANameIsNotThere() {
        assertThat(fields.values("Origin")).isEmpty();
        assertThat(fields.first("Origin")).isEmpty();
        assertThat(fields.tokens("Origin")).isEmpty();
        assertThat(fields.has("Origin")).isFalse();
    }

    @Test
    void listsElementsOverAllFieldsOfAName() {
        assertThat(fields.tokens("Accept")).containsExactly("a", "b", "c");
    }

    @Test
    void keepsAnEmptyValue() {
        assertThat(fields.first("X-Empty")).contains("");
        assertThat(fields.tokens("X-Empty")).isEmpty();
    }

    @Test
    void keepsOrderAndSpelling() {
        List<String> seen = new ArrayList<>();
        fields.forEach((name, value) -> seen.add(name + "=" + value));
        assertThat(seen).containsExactly("Host=example.com", "Accept=a, b", "X-Empty=", "accept=,c,");
        assertThat(fields).hasSize(4);
        assertThat(fields.size()).isEqualTo(4);
    }

    @Test
    void setReplacesAllOfTheName() {
        HttpFields changed = fields.toBuilder().set("ACCEPT", "z").build();
        assertThat(changed.values("accept")).containsExactly("z");
        assertThat(changed.size()).isEqualTo(3);
        assertThat(fields.size()).isEqualTo(4);
    }

    @Test
    void setThatIsRefusedLeavesTheBuilderAsItWas() {
        HttpFields.Builder builder = fields.toBuilder();
        assertThatThrownBy(() -> builder.set("Host", "a\nb")).isInstanceOf(IllegalArgumentException.class);
        assertThat(builder.build()).isEqualTo(fields);
    }

    @Test
    void removesAllOfAName() {
        assertThat(fields.toBuilder().remove("accept").build().size()).isEqualTo(2);
    }

    @Test
    void builtFieldsDoNotFollowTheirBuilder() {
        HttpFields.Builder builder = HttpFields.builder().add("A", "1");
        HttpFields built = builder.build();
        builder.add("B", "2");
        assertThat(built.size()).isEqualTo(1);
    }

    @Test
    void trimsSpacesAndTabsAroundAValue() {
        assertThat(HttpFields.of("A", " \t b\tc \t").first("A")).contains("b\tc");
    }

    @Test
    void takesLatin1AsItComesFromTheWire() {
        assertThat(HttpFields.of("A", "\u0080\u00FF").first("A")).contains("\u0080\u00FF");
    }

    // H17
    @ParameterizedTest
    @ValueSource(
            strings = {"a\r\nSet-Cookie: x=1", "a\r", "\n", "a\0b", "\u0001", "\u001F", "\u007F", "\u010A", "\u20AC"})
    void refusesValuesThatWouldBreakTheMessage(String value) {
        assertThatThrownBy(() -> HttpFields.builder().add("X", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the value of X must have no control characters")
                .hasMessageContaining("but has U+");
    }

    @Test
    void saysWhichCharacterOfAValueIsRefusedAndWhere() {
        assertThatThrownBy(() -> HttpFields.of("X", "ab\ncd"))
                .hasMessageEndingWith("but has U+000A at index 2 (RFC 9110 §5.5)");
    }

    // H17
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r\n", "a\0", "(a)", "\u00E4", "a,b", " Host", "Host "})
    void refusesNamesThatAreNoTokens(String name) {
        assertThatThrownBy(() -> HttpFields.builder().set(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the name of a header field must be a token")
                .hasMessageContaining("but was " + Grammar.quote(name));
    }

    @Test
    void refusesANameWithoutAValue() {
        assertThatThrownBy(() -> HttpFields.of("A", "1", "B"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected names and values in turns but got 3 strings");
    }

    @Test
    void isEqualWithoutRegardToTheCaseOfNames() {
        assertThat(HttpFields.of("A", "x"))
                .isEqualTo(HttpFields.of("a", "x"))
                .hasSameHashCodeAs(HttpFields.of("a", "x"))
                .isNotEqualTo(HttpFields.of("a", "X"))
                .isNotEqualTo(HttpFields.of("b", "x"))
                .isNotEqualTo(HttpFields.EMPTY);
    }

    @Test
    void showsNamesButNoValues() {
        assertThat(HttpFields.of("Cookie", "secret", "Host", "a").toString()).isEqualTo("[Cookie, Host]");
    }

    @Test
    void saysWhatThereIsOfAName() {
        assertThat(fields.was("accept")).isEqualTo("was \"a, b, ,c,\"");
        assertThat(fields.was("X-Empty")).isEqualTo("was \"\"");
        assertThat(fields.was("Origin")).isEqualTo("is missing");
    }

    @Test
    void isEmptyWithoutFields() {
        assertThat(HttpFields.of()).isSameAs(HttpFields.EMPTY);
        assertThat(HttpFields.EMPTY.isEmpty()).isTrue();
        assertThat(fields.isEmpty()).isFalse();
    }
}
