package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
    private static final int ALL = 10_000;

    private static String plain(String json, int columns) {
        return new JsonLines(new Theme(false))
                .lines(json, columns, columns, ALL).stream()
                        .map(AttributedString::toString)
                        .collect(Collectors.joining("\n"));
    }

    @Test
    void leavesInOneLineWhatFits() {
        assertThat(plain("{ \"a\": [1, 2] }", 40)).isEqualTo("{ \"a\": [1, 2] }");
    }

    @Test
    void breaksTheLinesOfWhatDoesNotFitAndChangesNothingElse() {
        assertThat(plain("{\"b\" : 1.50e3,\"a\":[ ],\"a\":{\"list\":[true,null,\"\\u001b [\\\"x\\\"]\"]}}", 30))
                .isEqualTo("""
                        {
                          "b": 1.50e3,
                          "a": [ ],
                          "a": {
                            "list": [
                              true,
                              null,
                              "\\u001b [\\"x\\"]"
                            ]
                          }
                        }""");
    }

    @Test
    void keepsAShortStructureWithinALongOneTogether() {
        assertThat(plain("[{\"id\":1,\"tags\":[\"a\"]},{\"id\":2,\"tags\":[]}]", 30))
                .isEqualTo("""
                [
                  {"id":1,"tags":["a"]},
                  {"id":2,"tags":[]}
                ]""");
    }

    @Test
    void stopsAfterTheLinesThatAreWanted() {
        String array = "[" + "1234567890,".repeat(1000) + "1]";
        assertThat(new JsonLines(new Theme(false)).lines(array, 20, 20, 7)).hasSize(7);
    }

    @Test
    void coloursNamesStringsNumbersAndLiterals() {
        List<AttributedString> lines =
                new JsonLines(new Theme(true)).lines("{\"a\":\"x\",\"b\":[-1,true]}", 80, 80, ALL);
        assertThat(lines).hasSize(1);
        AttributedString line = lines.get(0);
        Theme theme = new Theme(true);
        assertThat(line.styleAt(1)).isEqualTo(theme.key());
        assertThat(line.styleAt(5)).isEqualTo(theme.string());
        assertThat(line.styleAt(14)).isEqualTo(theme.number());
        assertThat(line.styleAt(17)).isEqualTo(theme.literal());
        assertThat(line.styleAt(0)).isEqualTo(theme.plain());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " [1] ", "{\"a\":{\"b\":[]}}", "\n[\n]\n"})
    void knowsAStructure(String text) {
        assertThat(JsonLines.isStructure(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "\"a\"", "{", "[1,]", "{a:1}", "[1] [2]", "{\"a\":1}x", "[[[", "{'a':1}", "hello"})
    void knowsWhatIsNone(String text) {
        assertThat(JsonLines.isStructure(text)).isFalse();
    }

    @Test
    void isNotBroughtDownByDepth() {
        assertThat(JsonLines.isStructure("[".repeat(100_000) + "]".repeat(100_000)))
                .isFalse();
        String deep = "[".repeat(500) + "]".repeat(500);
        assertThat(plain(deep, 20).replaceAll("\\s", "")).isEqualTo(deep);
    }

    @Provide
    Arbitrary<JsonNode> json() {
        return Arbitraries.recursive(
                () -> Arbitraries.oneOf(
                        Arbitraries.strings().ofMaxLength(20).map(JsonNodeFactory.instance::textNode),
                        Arbitraries.doubles().map(JsonNodeFactory.instance::numberNode),
                        Arbitraries.of(true, false).map(JsonNodeFactory.instance::booleanNode)),
                inner -> Arbitraries.oneOf(
                        inner.list()
                                .ofMaxSize(5)
                                .map(nodes ->
                                        JsonNodeFactory.instance.arrayNode().addAll(nodes)),
                        Arbitraries.maps(Arbitraries.strings().alpha().ofMaxLength(8), inner)
                                .ofMaxSize(5)
                                .map(nodes ->
                                        JsonNodeFactory.instance.objectNode().setAll(nodes))),
                1,
                3);
    }

    @Property(tries = 200)
    void saysTheSameAsBefore(@ForAll("json") JsonNode node) throws Exception {
        JsonMapper mapper = new JsonMapper();
        // What a terminal obeys is shown by its number, which is no JSON; so it is left out here.
        String text = node.toString()
                .codePoints()
                .filter(c -> !Escapes.isObeyed(c))
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        JsonNode expected = mapper.readTree(text);
        if (expected.isContainerNode()) {
            assertThat(mapper.readTree(plain(text, 30))).isEqualTo(expected);
        }
    }
}
