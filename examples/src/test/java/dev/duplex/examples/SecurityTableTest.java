package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/security.md names a test for each kind of attack; here is whether there are such tests. */
class SecurityTableTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([HFCBKS]\\d\\d) .*$");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    @ParameterizedTest
    @ValueSource(strings = {"docs/security.md"})
    void everyTestNamedExists(String page) throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Documents.ROOT)) {
            sources = files.filter(file -> file.toString().contains("/src/test/java/"))
                    .toList();
        }
        List<MatchResult> named = NAMED.matcher(Documents.read(Documents.ROOT.resolve(page)))
                .results()
                .toList();
        assertThat(named).hasSizeGreaterThan(60);
        for (MatchResult test : named) {
            List<String> candidates = sources.stream()
                    .filter(file -> file.endsWith(test.group(1) + ".java"))
                    .map(Documents::read)
                    .toList();
            assertThat(candidates).as("classes of the name in %s", test.group()).isNotEmpty();
            if (test.group(2) != null) {
                assertThat(candidates)
                        .as("a method as in %s", test.group())
                        .anyMatch(source -> source.contains("void " + test.group(2) + "("));
            }
        }
    }

    @Test
    void everyRowIsThereOnce() {
        assertThat(ROW.matcher(Documents.read(Documents.ROOT.resolve("docs/security.md")))
                        .results()
                        .map(row -> row.group(1)))
                .doesNotHaveDuplicates()
                .contains(rows("H", 21))
                .contains(rows("F", 24))
                .contains(rows("C", 10))
                .contains(rows("B", 5))
                .contains(rows("K", 6))
                .contains(rows("S", 10));
    }

    private static String[] rows(String group, int last) {
        return Stream.iterate(1, n -> n <= last, n -> n + 1)
                .map(n -> "%s%02d".formatted(group, n))
                .toArray(String[]::new);
    }
}
