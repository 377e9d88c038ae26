package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.server.HttpRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptDirectoryTest {
    @TempDir
    Path folder;

    private Path root;
    private ScriptDirectory scripts;

    @BeforeEach
    void write() throws IOException {
        root = Files.createDirectories(folder.resolve("root"));
        program(root.resolve("hello"));
        program(Files.createDirectories(root.resolve("chat")).resolve("room.py"));
        program(root.resolve("with space"));
        program(root.resolve(".hidden"));
        program(Files.createDirectories(root.resolve(".git")).resolve("hook"));
        program(folder.resolve("outside"));
        Files.writeString(root.resolve("data.txt"), "no program");
        Files.createSymbolicLink(root.resolve("out"), folder.resolve("outside"));
        Files.createSymbolicLink(root.resolve("up"), folder);
        Files.createSymbolicLink(root.resolve("in"), root.resolve("chat/room.py"));
        scripts = new ScriptDirectory(root);
    }

    private static void program(Path file) throws IOException {
        Files.writeString(file, "#!/bin/sh\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Optional<ScriptDirectory.Script> find(String target) {
        return scripts.find(HttpRequest.builder("GET", target).build().segments());
    }

    @ParameterizedTest
    @CsvSource({
        "/hello, hello, /hello, ''",
        "/hello/, hello, /hello, /",
        "/hello/a/b, hello, /hello, /a/b",
        "/hello/a%20b?c, hello, /hello, /a b",
        "/hello//a, hello, /hello, //a",
        "/chat/room.py/1, chat/room.py, /chat/room.py, /1",
        "/with%20space, with space, /with space, ''",
        "/in/x, chat/room.py, /in, /x",
    })
    void findsThePathOfAProgramAndWhatFollows(String target, String file, String name, String pathInfo)
            throws IOException {
        assertThat(find(target))
                .contains(new ScriptDirectory.Script(root.toRealPath().resolve(file), name, pathInfo));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/chat",
                "/chat/",
                "/none",
                "/data.txt",
                "/data.txt/x",
                "/.hidden",
                "/.git/hook",
                "//hello",
                "/out",
                "/up/outside",
                "/up/root/hello",
                "/..%2foutside",
                "/chat%2froom.py",
                "/hello/a%2fb",
                "/..%5coutside"
            })
    void findsNothingElse(String target) {
        assertThat(find(target)).isEmpty();
    }

    @Test
    void noSegmentLeadsUpOrOut() {
        for (List<String> segments : List.of(
                List.of("..", "outside"),
                List.of("chat", "..", "..", "outside"),
                List.of("."),
                List.of("chat", ".."),
                List.of("hello\0"),
                List.of("../outside"),
                List.of(folder.resolve("outside").toString()))) {
            assertThat(scripts.find(segments)).as("%s", segments).isEmpty();
        }
    }

    @Test
    void wantsADirectory() {
        assertThatThrownBy(() -> new ScriptDirectory(root.resolve("hello")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a directory of programs but got ");
    }
}
