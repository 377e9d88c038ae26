package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What docs/bench.md says of the command line is what the command line takes. */
class BenchDocumentTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private static String page(String name) throws IOException {
        return Files.readString(Path.of("..", "docs", name));
    }

    private static Stream<String> commands(String page) {
        return page.lines().filter(line -> line.matches(" {4}(\\./)?duplex bench .*"));
    }

    /** As a shell would take the line apart, as far as the page needs one. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line.strip().replaceFirst(" +#.*", "").replaceFirst(" > .*", ""));
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words.subList(1, words.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench.md", "bench.zh-CN.md"})
    void everyCommandOfThePageIsOne(String name) throws IOException {
        assertThat(commands(page(name)))
                .hasSizeGreaterThan(10)
                .allSatisfy(line -> assertThatCode(
                                () -> Main.commandLine().parseArgs(words(line).toArray(String[]::new)))
                        .as(line)
                        .doesNotThrowAnyException());
    }

    @Test
    void bothPagesHaveTheSameCommands() throws IOException {
        assertThat(commands(page("bench.zh-CN.md")).map(BenchDocumentTest::words))
                .containsExactlyElementsOf(
                        commands(page("bench.md")).map(BenchDocumentTest::words).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench.md", "bench.zh-CN.md"})
    void everyOptionOfItsOwnIsOnThePage(String name) throws IOException {
        CommandLine bench = Main.commandLine().getSubcommands().get("bench");
        String page = page(name);
        assertThat(bench.getCommandSpec().options().stream()
                        .filter(option -> option.userObject() instanceof java.lang.reflect.Field field
                                && field.getDeclaringClass() == BenchCommand.class)
                        .map(CommandLine.Model.OptionSpec::longestName)
                        .filter(option -> !List.of("--help", "--transport").contains(option)))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(page.contains(option) || page.contains(shortOf(bench, option)))
                        .as(option)
                        .isTrue());
    }

    private static String shortOf(CommandLine bench, String option) {
        return bench.getCommandSpec().findOption(option).shortestName() + " ";
    }
}
