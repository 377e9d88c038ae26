package dev.duplex.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BomTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void theBomNamesEveryPublishedModule() throws Exception {
        List<String> published = texts("<module>(duplex-[a-z]+)</module>", ROOT.resolve("pom.xml")).stream()
                .filter(module -> !module.equals("duplex-bom") && !module.equals("duplex-testkit"))
                .toList();
        List<String> managed = texts(
                "(?s)<dependency>\\s*<groupId>dev.duplex</groupId>\\s*<artifactId>([a-z-]+)</artifactId>",
                ROOT.resolve("duplex-bom/pom.xml"));
        assertThat(managed).isNotEmpty().containsExactlyInAnyOrderElementsOf(published);
    }

    @Test
    void theBomHasTheVersionOfTheBuild() throws Exception {
        assertThat(texts("<version>([0-9][^<]*)</version>", ROOT.resolve("duplex-bom/pom.xml")))
                .first()
                .isEqualTo(texts("<version>([0-9][^<]*)</version>", ROOT.resolve("pom.xml"))
                        .get(0));
    }

    private static List<String> texts(String pattern, Path file) throws Exception {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
