package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonNumberTest {
    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id | {\"id\":7}",
                "id | {\"a\":{\"id\":1},\"id\":7}",
                "$.id | {\"id\":\"7\"}",
                "data.items[1].id | {\"data\":{\"items\":[{\"id\":1},{\"id\":7,\"x\":2}]}}",
                "[0] | [7,8]",
                "$[0].a | [{\"a\":7}]",
                "a/b | {\"a/b\":7}",
                "id | {\"id\":7} and what follows is no JSON"
            })
    void findsTheNumber(String path, String json) {
        assertThat(JsonNumber.at(path).number(bytes(json))).hasValue(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "{}",
                "{\"id\":null}",
                "{\"id\":{}}",
                "{\"id\":1.5}",
                "{\"id\":\"x\"}",
                "[1]",
                "{\"id\"",
                "\u0000"
            })
    void findsNothingWhereThereIsNone(String json) {
        assertThat(JsonNumber.at("id").number(bytes(json))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1795564800.25",
                "1795564800250",
                "1795564800250000",
                "1795564800250000000",
                "\"2026-11-25T00:00:00.250Z\""
            })
    void readsATimeInAnyUnit(String time) {
        assertThat(JsonNumber.at("t").time(bytes("{\"t\":" + time + "}")))
                .hasValueSatisfying(instant -> assertThat(Math.abs(instant.toEpochMilli()
                                - Instant.parse("2026-11-25T00:00:00.250Z").toEpochMilli()))
                        .isLessThanOrEqualTo(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$", "a..b", "a[x]", "a[1", "."})
    void saysWhatAPathIs(String path) {
        assertThatThrownBy(() -> JsonNumber.at(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("data.items[0].id");
    }
}
