package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that starts the command, with a Java that only says how it was started. */
@Timeout(60)
class LauncherTest {
    @TempDir
    Path home;

    @BeforeEach
    void pretend() throws IOException {
        executable(Files.copy(Path.of("..", "duplex"), home.resolve("duplex")));
        Files.writeString(
                Files.createDirectories(home.resolve("duplex-cli/target")).resolve("duplex.jar"), "");
        Path java = Files.createDirectories(home.resolve("java/bin")).resolve("java");
        executable(Files.writeString(java, "#!/bin/sh\necho \"$LC_ALL:$*\"\n"));
        Files.writeString(home.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
    }

    private static void executable(Path file) {
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private String run(Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(home.resolve("duplex").toString());
        builder.command().addAll(java.util.List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        builder.environment().put("JAVA_HOME", home.resolve("java").toString());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @ParameterizedTest
    @CsvSource({
        "TERM=x, C.UTF-8",
        "LANG=C, C.UTF-8",
        "LC_CTYPE=POSIX, C.UTF-8",
        "LC_ALL=C, C.UTF-8",
        "LC_ALL=zh_CN.GB18030, zh_CN.GB18030",
        "LANG=de_DE.UTF-8, ''",
        "LC_CTYPE=ja_JP.eucJP, ''"
    })
    void takesUtf8WhereNobodyHasChosenALanguage(String variable, String expected) throws Exception {
        String[] words = variable.split("=");
        assertThat(run(Map.of(words[0], words[1]), "version")).startsWith(expected + ":");
    }

    @Test
    void handsOverWhatWasTyped() throws Exception {
        assertThat(run(Map.of("DUPLEX_JAVA_OPTS", "-Da=b -Dc=d"), "serve", "--", "a b"))
                .endsWith(" -Da=b -Dc=d -Xlog:disable -Xlog:all=warning:stderr -Xlog:cds*=off:stderr -jar "
                        + home.toString() + "/duplex-cli/target/duplex.jar serve -- a b\n")
                .contains("-XX:+UseSerialGC");
    }
}
