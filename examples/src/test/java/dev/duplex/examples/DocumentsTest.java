package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|(?:src|href)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");

    @Test
    void everyJavaBlockIsAPieceOfAnExample() throws IOException {
        List<List<String>> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources = files.filter(path -> path.toString().endsWith(".java"))
                    .map(path -> Documents.read(path).lines().toList())
                    .toList();
        }
        List<Path> documents = Documents.all();
        assertThat(documents.stream().flatMap(file -> Documents.blocks(file, "java").stream()))
                .isNotEmpty();
        for (Path file : documents) {
            for (List<String> block : Documents.blocks(file, "java")) {
                assertThat(sources)
                        .as("a source of examples/ with this block of %s:\n%s", Documents.name(file), text(block))
                        .anyMatch(source -> contains(source, block));
            }
        }
    }

    private static boolean contains(List<String> source, List<String> block) {
        String wanted = text(block);
        for (int i = 0; i + block.size() <= source.size(); i++) {
            if (text(source.subList(i, i + block.size())).equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines).stripIndent().stripTrailing();
    }

    @Test
    void everyLinkToAFileLeadsSomewhere() {
        for (Path file : Documents.all()) {
            LINK.matcher(Documents.read(file))
                    .results()
                    .map(DocumentsTest::target)
                    .forEach(target -> {
                        if (target.matches("[a-z]+:.*")) {
                            return;
                        }
                        String[] parts = target.split("#", 2);
                        Path linked = parts[0].isEmpty()
                                ? file
                                : file.resolveSibling(parts[0]).normalize();
                        assertThat(linked)
                                .as("%s in %s", target, Documents.name(file))
                                .exists();
                        if (parts.length == 2) {
                            assertThat(anchors(linked))
                                    .as("%s in %s", target, Documents.name(file))
                                    .contains(parts[1]);
                        }
                    });
        }
    }

    private static String target(MatchResult link) {
        return link.group(1) != null ? link.group(1) : link.group(2);
    }

    private static List<String> anchors(Path file) {
        return HEADING.matcher(Documents.read(file))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void whatUsersReadExistsInBothLanguages() throws IOException {
        List<Path> english;
        try (Stream<Path> guide = Files.list(Documents.ROOT.resolve("docs/guide"))) {
            english = Stream.concat(
                            Stream.of(
                                            "README.md",
                                            "docs/limits.md",
                                            "docs/coming-from-node.md",
                                            "docs/connect.md",
                                            "docs/bench.md",
                                            "docs/serve.md",
                                            "docs/socketio.md",
                                            "docs/performance.md")
                                    .map(Documents.ROOT::resolve),
                            guide.filter(path -> !path.toString().endsWith(".zh-CN.md")))
                    .toList();
        }
        for (Path file : english) {
            Path chinese = Path.of(file.toString().replaceFirst("\\.md$", ".zh-CN.md"));
            assertThat(chinese).exists();
            assertThat(Documents.blocks(chinese, "java"))
                    .as("the Java of %s", Documents.name(chinese))
                    .isEqualTo(Documents.blocks(file, "java"));
        }
    }

    @Test
    void theLimitsAreTheDefaults() {
        Limits limits = Limits.DEFAULTS;
        for (String name : List.of("docs/limits.md", "docs/limits.zh-CN.md")) {
            String page = Documents.read(Documents.ROOT.resolve(name));
            assertThat(page)
                    .contains(row("maxMessageBytes", limits.maxMessageBytes()))
                    .contains(row("minFragmentCharge", limits.minFragmentCharge()))
                    .contains(row("maxFragments", limits.maxFragments()))
                    .contains(row("maxHandshakeBytes", limits.maxHandshakeBytes()))
                    .contains(row("maxHandshakeFields", limits.maxHandshakeFields()))
                    .contains(row("maxHandshakeLineBytes", limits.maxHandshakeLineBytes()))
                    .contains(row("maxBufferedBytes", limits.maxBufferedBytes()))
                    .containsPattern(row("handshakeTimeout", limits.handshakeTimeout()))
                    .containsPattern(row("keepaliveInterval", limits.keepaliveInterval()))
                    .containsPattern(row("pongTimeout", limits.pongTimeout()))
                    .containsPattern(row("sendTimeout", limits.sendTimeout()))
                    .containsPattern(row("closeTimeout", limits.closeTimeout()));
            assertThat(limits.idleTimeout()).as("described as never").isZero();
        }
    }

    private static String row(String setting, long value) {
        return String.format("| `%s` | %,d |", setting, value);
    }

    private static String row(String setting, Duration value) {
        return "\\| `" + setting + "` \\| " + value.toSeconds() + " (s|秒) \\|";
    }

    @Test
    void theGuideQuotesWhatPollingCosts() throws IOException {
        assertThat(quoted("01-why.md")).contains(PollingCost.measure().strip());
        assertThat(quoted("01-why.zh-CN.md")).contains(PollingCost.measure().strip());
    }

    @Test
    void theGuideQuotesRealBytes() throws IOException {
        String recorded = OnTheWire.record();
        for (String page : List.of("02-handshake", "03-frames", "04-fragments", "05-closing")) {
            for (String language : List.of(".md", ".zh-CN.md")) {
                assertThat(quoted(page + language))
                        .as(page + language)
                        .isNotEmpty()
                        .allSatisfy(block -> assertThat(recorded).contains(block));
            }
        }
    }

    /** The blocks marked as text: what a program has printed. */
    private static List<String> quoted(String page) {
        return Documents.blocks(Documents.ROOT.resolve("docs/guide").resolve(page), "text").stream()
                .map(lines -> String.join("\n", lines))
                .toList();
    }
}
