package dev.duplex.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Debian's {@code websocketd} or our {@code duplex websocketd}, as a process that listens on a free port of 127.0.0.1. */
final class Daemon implements AutoCloseable {
    private static final Duration GLANCE = Duration.ofMillis(10);
    private static final int ATTEMPTS = 5;

    enum Kind {
        WEBSOCKETD,
        DUPLEX
    }

    private final Process process;
    private final int port;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Thread logReader;
    private final Thread errorReader;

    private Daemon(List<String> command, int port, Path folder) throws IOException {
        this.port = port;
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("SECRET", "of the parent");
        this.process = builder.start();
        this.logReader = reader(process.inputReader(UTF_8), log);
        this.errorReader = reader(process.errorReader(UTF_8), errors);
    }

    private static Thread reader(BufferedReader lines, List<String> to) {
        Thread thread = new Thread(
                () -> {
                    try (lines) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            to.add(line);
                        }
                    } catch (IOException e) {
                        to.add(e.toString());
                    }
                },
                "daemon-output");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The command with its flags, before the program that it runs. */
    static List<String> command(Kind kind, String... arguments) {
        List<String> command = new ArrayList<>();
        if (kind == Kind.WEBSOCKETD) {
            command.add(Peers.websocketd().toString());
        } else {
            command.addAll(List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.duplex.cli.Main",
                    "websocketd"));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts one in a folder, which is also the working directory of what it runs, and waits until it listens. */
    static Daemon start(Kind kind, Path folder, String... arguments) {
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            List<String> all = new ArrayList<>(List.of("--port=" + port, "--address=127.0.0.1"));
            all.addAll(List.of(arguments));
            try {
                Daemon daemon = new Daemon(command(kind, all.toArray(String[]::new)), port, folder);
                if (daemon.listens()) {
                    return daemon;
                }
                daemon.close();
                if (attempt == ATTEMPTS
                        || !daemon.log.toString().toLowerCase(Locale.ROOT).contains("address already in use")) {
                    throw new AssertionError(
                            kind + " " + all + " ended:\n" + String.join("\n", daemon.log) + daemon.errors);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        await("something listens on " + port, () -> !process.isAlive() || accepts(port));
        return process.isAlive();
    }

    static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until something is the case; with {@link Page#waitUntil}, the only places where tests look again and again. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + DevTools.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + DevTools.PATIENCE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(GLANCE.toNanos());
        }
    }

    int port() {
        return port;
    }

    /** What it has written to its standard output, as far as it has come. */
    List<String> log() {
        return List.copyOf(log);
    }

    /** What it has written to its standard error, as far as it has come. */
    List<String> errors() {
        return List.copyOf(errors);
    }

    /** The first line of the log that fits, as soon as there is one. */
    String awaitLog(Predicate<String> fits) {
        try {
            await("the line in the log", () -> log.stream().anyMatch(fits));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", log), e);
        }
        return log.stream().filter(fits).findFirst().orElseThrow();
    }

    WireClient open(String path, String... fields) {
        return WireClient.open(port, path, fields);
    }

    WireClient.Response get(String path, String... fields) {
        return WireClient.get(port, path, fields);
    }

    /** Sends it a signal, such as {@code TERM}. */
    void signal(String name) {
        kill(name, process.pid());
    }

    static void kill(String signal, long pid) {
        Peers.run(Path.of("."), "kill", "-" + signal, Long.toString(pid));
    }

    static boolean isAlive(long pid) {
        // A zombie has ended, it just was not buried; in a container nobody may ever do so.
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !isZombie(pid);
    }

    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).startsWith("Z");
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits for its end; 128 and the signal's number where a signal ended it. */
    int exitCode() {
        try {
            if (!process.waitFor(DevTools.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end");
            }
            logReader.join(DevTools.PATIENCE.toMillis());
            errorReader.join(DevTools.PATIENCE.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Ends it and whatever it has started. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        exitCode();
    }
}
