package dev.duplex.interop;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where the peers are that are not ours: Node with the pinned packages of {@code interop/peers}, Python with
 * python-websockets, Chromium.
 *
 * <p>A machine without one of them skips the tests that need it, and says so. With {@code DUPLEX_REQUIRE_PEERS=1}, as in
 * {@code .ci/run}, those tests fail instead.
 */
final class Peers {

    /** The folder in which {@code require('ws')} finds the pinned package: the working folder for Node's programs. */
    static final Path NODE_FOLDER = Path.of("peers").toAbsolutePath();

    private Peers() {}

    /** The {@code node} program, after the pinned packages have been installed beside {@link #NODE_FOLDER}. */
    static Path node() {
        Path node = onThePath("node", "nodejs").orElseGet(() -> missing("node", "Node.js 18 or later"));
        installNodePackages();
        return node;
    }

    /** A Python that can import {@code websockets}. */
    static Path python() {
        for (String candidate : List.of("/usr/bin/python3", "python3", "python")) {
            Optional<Path> python = onThePath(candidate);
            if (python.isPresent()
                    && run(Path.of("."), python.get().toString(), "-c", "import websockets")
                                    .exitCode()
                            == 0) {
                return python.get();
            }
        }
        return missing("a Python with the package websockets", "python3-websockets");
    }

    static Path tmux() {
        return onThePath("tmux").orElseGet(() -> missing("tmux", "tmux"));
    }

    /** The original of {@code duplex websocketd}, Debian's 0.4.1. */
    static Path websocketd() {
        return onThePath("websocketd").orElseGet(() -> missing("websocketd", "websocketd"));
    }

    static Path nginx() {
        return onThePath("nginx", "/usr/sbin/nginx").orElseGet(() -> missing("nginx", "nginx-light"));
    }

    static Path chromium() {
        return onThePath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .orElseGet(() -> missing("chromium", "Chromium"));
    }

    /** What a program that has ended left behind; both streams in one. */
    record Ended(int exitCode, String output) {}

    /** Runs a program to its end, two minutes at most. */
    static Ended run(Path folder, String... command) {
        try {
            Path output = Files.createTempFile("peer", ".log");
            try {
                Process process = new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(2, TimeUnit.MINUTES)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                    return new Ended(-1, "still running after two minutes: " + String.join(" ", command));
                }
                return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command[0], e);
        }
    }

    private static synchronized void installNodePackages() {
        Path lock = NODE_FOLDER.resolve("package-lock.json");
        // npm writes this file last, so it tells of a complete installation.
        Path installed = NODE_FOLDER.resolve("node_modules/.package-lock.json");
        try {
            if (Files.exists(installed)
                    && Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) >= 0) {
                return;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path npm = onThePath("npm").orElseGet(() -> missing("npm", "npm"));
        Ended ended = run(NODE_FOLDER, npm.toString(), "ci");
        if (ended.exitCode() != 0) {
            missing(
                    "the npm packages of interop/peers (npm ci: "
                            + ended.output().strip() + ")",
                    "network access");
        }
    }

    private static Optional<Path> onThePath(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> folders(name).stream().map(folder -> folder.resolve(name)))
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static List<Path> folders(String name) {
        if (Path.of(name).isAbsolute()) {
            return List.of(Path.of("/"));
        }
        List<Path> folders = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        return folders;
    }

    private static Path missing(String what, String install) {
        String sentence = what + " was not found; install " + install + " to run this test";
        if ("1".equals(System.getenv("DUPLEX_REQUIRE_PEERS"))) {
            return fail(sentence + " (DUPLEX_REQUIRE_PEERS=1 makes it a must)");
        }
        return abort(sentence);
    }

    private static File nullDevice() {
        return new File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
    }
}
