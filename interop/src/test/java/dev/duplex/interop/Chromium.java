package dev.duplex.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A headless Chromium with a fresh profile. Closing it, or the end of the JVM, ends all its processes.
 *
 * <p>{@code --no-sandbox}, because tests in containers run as root; it loads nothing but what the tests serve. Certificate
 * errors are ignored for the sake of self-signed ones.
 */
final class Chromium implements AutoCloseable {
    private static final List<String> FLAGS = List.of(
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--disable-breakpad",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // A window behind another one is as awake as the one in front.
            "--disable-backgrounding-occluded-windows",
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding",
            "--ignore-certificate-errors",
            "--remote-debugging-port=0");

    private static final String ADDRESS = "DevTools listening on ";

    private final Path profile;
    private final Process process;
    private final Thread hook = new Thread(this::kill, "chromium-kill");
    private final StringBuffer output = new StringBuffer();
    private final DevTools devTools;
    private final String userAgent;

    private Chromium(Path program) throws IOException {
        profile = Files.createTempDirectory("chromium");
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(FLAGS);
        command.add("--user-data-dir=" + profile);
        command.add("about:blank");
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            process.getOutputStream().close();
            devTools = new DevTools(address());
            userAgent = devTools.call(null, "Browser.getVersion", Map.of())
                    .get("userAgent")
                    .asText();
        } catch (IOException | RuntimeException | Error e) {
            Runtime.getRuntime().removeShutdownHook(hook);
            kill();
            throw e;
        }
    }

    /** Starts one, or skips the test on a machine without Chromium. */
    static Chromium start() {
        Path program = Peers.chromium();
        try {
            return new Chromium(program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the standard error until it names the address, and from then on to keep the pipe empty. */
    private URI address() {
        CompletableFuture<URI> address = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            if (line.startsWith(ADDRESS)) {
                                address.complete(URI.create(
                                        line.substring(ADDRESS.length()).strip()));
                            } else if (output.length() < 100_000) {
                                output.append(line).append('\n');
                            }
                        }
                    } catch (IOException e) {
                        output.append(e).append('\n');
                    }
                    address.completeExceptionally(new IllegalStateException("it ended"));
                },
                "chromium-stderr");
        reader.setDaemon(true);
        reader.start();
        try {
            return address.get(DevTools.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("Chromium did not tell its DevTools address:\n" + output, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    DevTools devTools() {
        return devTools;
    }

    String userAgent() {
        return userAgent;
    }

    /** A browser of its own, as far as pages can tell: own storage, own cookies. */
    Browser newBrowser() {
        return new Browser(this);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the JVM ends, and the hook is at it
        }
        devTools.send(null, "Browser.close", Map.of());
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        devTools.close();
        kill();
    }

    private void kill() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(slow -> handle)
                .join());
        delete(profile);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Something was still being deleted by Chromium itself.
        } catch (IOException | UncheckedIOException e) {
            System.getLogger("chromium").log(System.Logger.Level.WARNING, "left behind: " + folder, e);
        }
    }
}
