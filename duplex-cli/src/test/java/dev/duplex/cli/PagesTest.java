package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said about the two pages by reading them: they keep to their content security policy and to their word list. */
class PagesTest {
    // 'some.key': ['English', '中文'],
    private static final Pattern STRING = Pattern.compile(
            "^ {2}'([a-z][\\w.-]*)': \\[\\s*'((?:[^'\\\\]|\\\\.)*)',\\s*'((?:[^'\\\\]|\\\\.)*)'],$", Pattern.MULTILINE);
    private static final Pattern PARAMETER = Pattern.compile("\\{\\w+}");

    @ParameterizedTest
    @ValueSource(strings = {"chat.html", "echo.html"})
    void hasNoInlineScriptStyleOrHandler(String page) {
        String html = read(page);
        assertThat(html).doesNotContainPattern("<script(?![^>]*\\bsrc=)").doesNotContain("<style");
        assertThat(html).doesNotContainPattern("\\s(?:style|on[a-z]+)=\"").doesNotContain("javascript:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.html", "echo.html"})
    void loadsOnlyItsOwnAssets(String page) {
        assertThat(matches(read(page), "(?:src|href)=\"([^\"]*)\""))
                .isNotEmpty()
                .filteredOn(address -> !address.equals("/"))
                .allSatisfy(address -> {
                    assertThat(address).startsWith("/assets/");
                    assertThat(read(address.substring("/assets/".length()))).isNotEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"common.css", "chat.css", "echo.css", "common.js", "chat.js", "connection.js", "echo.js"})
    void assetsLoadNothingFromElsewhere(String asset) {
        assertThat(read(asset))
                .doesNotContain("@import")
                .doesNotContainPattern("url\\(")
                .doesNotContainPattern("\\bimport\\(");
        assertThat(matches(read(asset), "from '([^']*)'")).isSubsetOf("./common.js", "./connection.js");
    }

    @Test
    void theConnectionOfSocketIoLoadsTheClientOfTheServer() {
        assertThat(matches(read("connection-socketio.js"), "from '([^']*)'"))
                .containsExactly("/socket.io/socket.io.esm.min.js");
    }

    @ParameterizedTest
    @ValueSource(strings = {"common.js", "chat.js", "connection.js", "connection-socketio.js", "echo.js"})
    void scriptsNeverParseTextAsMarkup(String script) {
        assertThat(read(script))
                .doesNotContainPattern(
                        "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|\\beval\\(|new Function");
    }

    @Test
    void everyStringIsThereInBothLanguagesWithTheSameParameters() {
        Map<String, MatchResult> strings = strings();
        String table = read("common.js");
        table = table.substring(table.indexOf("const STRINGS = {"), table.indexOf("\n};"));
        assertThat(strings).hasSameSizeAs(matches(table, "(?m)^ {2}'([^']+)': \\["));
        assertThat(strings.values()).allSatisfy(entry -> {
            assertThat(entry.group(2)).as(entry.group(1)).isNotBlank();
            assertThat(entry.group(3)).as(entry.group(1)).isNotBlank();
            assertThat(parameters(entry.group(3))).as(entry.group(1)).isEqualTo(parameters(entry.group(2)));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.html", "echo.html", "chat.js", "echo.js", "common.js"})
    void everyStringAskedForExists(String file) {
        Set<String> known = strings().keySet();
        assertThat(
                        matches(
                                read(file),
                                "(?:data-t(?:-label|-title|-placeholder)?=\"|\\bt\\('|'(?=(?:chat|echo|common)\\.))([a-z][\\w.-]*)[\"']"))
                .filteredOn(key -> !key.endsWith(".js"))
                // Prefixes of keys and names of stored values are no keys.
                .filteredOn(key -> !STORED.contains(key))
                .isSubsetOf(known);
    }

    private static final Set<String> STORED =
            Set.of("chat.name", "chat.joined", "chat.rooms", "chat.said", "echo.said", "echo.form", "echo.urls");

    @ParameterizedTest
    @ValueSource(strings = {"chat", "echo"})
    void everyElementTheScriptLooksUpIsOnThePage(String page) {
        String script = read(page + ".js");
        String list = script.substring(script.indexOf("const ui = Object.fromEntries(["), script.indexOf("].map((id)"));
        assertThat(matches(list, "'([^']+)'"))
                .isNotEmpty()
                .isSubsetOf(matches(read(page + ".html"), "\\sid=\"([^\"]+)\""));
    }

    private static Map<String, MatchResult> strings() {
        return STRING.matcher(read("common.js"))
                .results()
                .collect(Collectors.toMap(
                        result -> result.group(1),
                        result -> result,
                        (first, second) -> {
                            throw new IllegalStateException("twice in the table: " + first.group(1));
                        },
                        LinkedHashMap::new));
    }

    private static Set<String> parameters(String text) {
        return Stream.of(text.split("\\|\\|", -1))
                .flatMap(form -> PARAMETER.matcher(form).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> matches(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private static String read(String name) {
        try (InputStream in = PagesTest.class.getResourceAsStream("pages/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
