package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
    @Test
    void keepsNamesAndValuesInOrder() {
        Query query = Query.parse("b=1&a=2&b=3");

        assertThat(query.names()).containsExactly("b", "a");
        assertThat(query.all("b")).containsExactly("1", "3");
        assertThat(query.first("b")).contains("1");
        assertThat(query.first("B")).isEmpty();
        assertThat(query.all("c")).isEmpty();
        assertThat(query.has("a")).isTrue();
        assertThat(query).hasToString("b=1&a=2&b=3");
    }

    @Test
    void decodesNamesAndValues() {
        Query query = Query.parse("%E6%88%BF%E9%97%B4=%E4%B8%80+%2B&%00=%0D%0A");

        assertThat(query.first("房间")).contains("一 +");
        assertThat(query.first("\0")).contains("\r\n");
    }

    @Test
    void splitsBeforeItDecodes() {
        Query query = Query.parse("a=1%26b%3D2&c=d=e");

        assertThat(query.first("a")).contains("1&b=2");
        assertThat(query.first("b")).isEmpty();
        assertThat(query.first("c")).contains("d=e");
    }

    @Test
    void skipsEmptyPiecesAndTakesAMissingEqualsSignForAnEmptyValue() {
        Query query = Query.parse("&&a&b=&&=x&");

        assertThat(query.names()).containsExactly("a", "b", "");
        assertThat(query.first("a")).contains("");
        assertThat(query.first("b")).contains("");
        assertThat(query.first("")).contains("x");
    }

    @Test
    void isEmptyWithoutParameters() {
        assertThat(Query.parse("")).isSameAs(Query.EMPTY);
        assertThat(Query.parse("&&").isEmpty()).isTrue();
        assertThat(Query.parse("&&")).isEqualTo(Query.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=%", "a=%4", "a=%zz", "a=%4g", "%=a", "a=%%41", "a=%+41", "a=%\uFF11\uFF11", "a=1%"})
    void refusesAMalformedPercentSign(String raw) {
        assertThatThrownBy(() -> Query.parse(raw))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected two hex digits after the percent sign at index");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%80", "%C0%AF", "%C3", "%ED%A0%80", "%F4%90%80%80", "%C3x%A9", "%FF%FE"})
    void refusesBytesThatAreNotUtf8(String value) {
        assertThatThrownBy(() -> Query.parse("a=" + value))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected UTF-8");
    }

    @Test
    void takesAThousandParametersAndNotOneMore() {
        String thousand = "a=1&".repeat(Query.MAX_PARAMETERS);

        assertThat(Query.parse(thousand).all("a")).hasSize(1000);
        assertThatThrownBy(() -> Query.parse(thousand + "b"))
                .isInstanceOf(BadRequestException.class)
                .hasMessage("expected at most 1000 query parameters but got more");
    }

    @Test
    void readsWholeNumbersWithinARange() {
        Query query = Query.parse("n=42&m=-7&p=%2B5");

        assertThat(query.integer("n", 1, 0, 100)).isEqualTo(42);
        assertThat(query.integer("m", 1, -10, 10)).isEqualTo(-7);
        assertThat(query.integer("p", 1, 0, 10)).isEqualTo(5);
        assertThat(query.integer("missing", -1, 0, 10)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "1.5", "0x10", "1e3", "101", "-1", "2147483648", "99999999999999999999", " 1", "١"})
    void refusesWhatIsNoNumberOfTheRange(String value) {
        Query query = Query.parse("n=" + URLEncoder.encode(value, StandardCharsets.UTF_8));

        assertThatThrownBy(() -> query.integer("n", 1, 0, 100))
                .isInstanceOf(BadRequestException.class)
                .hasMessageStartingWith("expected a whole number from 0 to 100 for the query parameter n but got \"");
    }

    @ParameterizedTest
    @CsvSource({"1s,1000", "250ms,250", "2m,120000", "1h,3600000", "3,3000", "0.5,500", "1.25s,1250", "0,0"})
    void readsLengthsOfTime(String value, long millis) {
        Query query = Query.parse("every=" + value);

        assertThat(query.duration("every", Duration.ZERO)).isEqualTo(Duration.ofMillis(millis));
        assertThat(query.duration("missing", Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1d", "1 s", "1S", ".5", "1.", "1e9s", "9999999999", "999999999h", "8761h"})
    void refusesWhatIsNoLengthOfTime(String value) {
        Query query = Query.parse("every=" + URLEncoder.encode(value, StandardCharsets.UTF_8));

        assertThatThrownBy(() -> query.duration("every", Duration.ZERO))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("expected a length of time up to 365 days");
    }

    @Test
    void quotesHostileValuesInMessages() {
        assertThatThrownBy(() -> Query.parse("n=%0D%0A%22%E2%80%AE").integer("n", 0, 0, 1))
                .hasMessageEndingWith("but got \"\\u000d\\u000a\\\"\\u202e\"");
    }

    @Property
    void readsBackWhatWasEncoded(@ForAll @Size(max = 20) List<String> values) {
        List<String> valid = values.stream()
                .filter(value -> StandardCharsets.UTF_8.newEncoder().canEncode(value))
                .toList();
        StringBuilder raw = new StringBuilder();
        valid.forEach(value -> raw.append("&v=").append(URLEncoder.encode(value, StandardCharsets.UTF_8)));

        assertThat(Query.parse(raw.toString()).all("v")).isEqualTo(valid);
    }

    @Property
    void throwsNothingButBadRequest(@ForAll @CharRange(from = '\0', to = '\u00FF') String raw) {
        assertThat(thrownBy(() -> {
                    Query query = Query.parse(raw);
                    query.names().forEach(name -> query.integer(name, 0, 0, 9));
                }))
                .isIn(null, BadRequestException.class);
        assertThat(thrownBy(() -> {
                    Query query = Query.parse("d=" + raw);
                    query.duration("d", Duration.ZERO);
                }))
                .isIn(null, BadRequestException.class);
    }

    private static Class<?> thrownBy(Runnable action) {
        try {
            action.run();
            return null;
        } catch (RuntimeException e) {
            return e.getClass();
        }
    }
}
