package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static String written(Body.Writer writer, long sequence, long connection) {
        int length = writer.write(sequence, connection);
        return new String(writer.payload().bytes(), 0, length, StandardCharsets.UTF_8);
    }

    private static Body.Writer writer(String template, int size) {
        return Template.of(template, true, size).writer();
    }

    @Test
    void putsNumbersWhereTheyBelong() {
        Body.Writer writer = writer("{\"id\":{{seq}},\"from\":{{ conn }},\"是\":true}", 0);
        assertThat(written(writer, 0, 7)).isEqualTo("{\"id\":0,\"from\":7,\"是\":true}");
        assertThat(written(writer, 1234567890123L, 0)).isEqualTo("{\"id\":1234567890123,\"from\":0,\"是\":true}");
        assertThat(written(writer, 9, 10)).isEqualTo("{\"id\":9,\"from\":10,\"是\":true}");
        assertThat(written(writer, Long.MAX_VALUE, Long.MAX_VALUE))
                .isEqualTo("{\"id\":9223372036854775807,\"from\":9223372036854775807,\"是\":true}");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99_999, 12_345_678_901L})
    void fillsAMessageUpToItsSize(long sequence) {
        String message = written(writer("{\"id\":{{seq}},\"pad\":\"{{pad}}\"}", 100), sequence, 0);
        assertThat(message)
                .hasSize(100)
                .startsWith("{\"id\":" + sequence + ",\"pad\":\"abc")
                .endsWith("\"}");
    }

    @Test
    void isLongerThanItsSizeRatherThanCut() {
        assertThat(written(writer("<{{seq}}{{pad}}>", 3), 12345, 0)).isEqualTo("<12345>");
    }

    @Test
    void tellsTheTimeAndRandomNumbers() {
        Body.Writer writer = writer("{{time}} {{random}}", 0);
        long before = System.currentTimeMillis();
        String[] first = written(writer, 1, 1).split(" ");
        assertThat(Long.parseLong(first[0])).isBetween(before, System.currentTimeMillis());
        String[] second = written(writer, 1, 1).split(" ");
        String[] third = written(writer, 1, 1).split(" ");
        assertThat(first[1].equals(second[1]) && second[1].equals(third[1])).isFalse();
    }

    @Test
    void leavesOtherBracesAlone() {
        assertThat(written(writer("{\"a\":{\"b\":{}}}", 0), 1, 1)).isEqualTo("{\"a\":{\"b\":{}}}");
    }

    @ParameterizedTest
    @CsvSource({"{{sequence}}, {{sequence}}", "{{}}, {{seq}}", "{{pad}}{{pad}}, once"})
    void saysWhatMayStandInBraces(String template, String named) {
        assertThatThrownBy(() -> Template.of(template, true, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }
}
