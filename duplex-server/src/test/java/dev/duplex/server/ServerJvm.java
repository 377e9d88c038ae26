package dev.duplex.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * A JVM of 256 MiB with servers in it, so that what an attack costs them can be told from what it costs the attacker. It
 * ends with this one.
 */
final class ServerJvm implements AutoCloseable {
    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private int descriptorsOfItsOwn;

    private ServerJvm(List<String> command) {
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        commands = new PrintStream(process.getOutputStream(), true, UTF_8);
        answers = process.inputReader(UTF_8);
        Thread reader = new Thread(
                () -> new BufferedReader(process.errorReader(UTF_8)).lines().forEach(log::add));
        reader.setDaemon(true);
        reader.start();
    }

    static ServerJvm start() {
        return new ServerJvm(java());
    }

    /** One that may have so many files and sockets open. */
    static ServerJvm withDescriptors(int most) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$0\" \"$@\""));
        command.addAll(java());
        return new ServerJvm(command);
    }

    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                // Its collections are complete, so that what is left is what is in use.
                "-XX:+UseSerialGC",
                "-Dduplex.hostile.full=" + Crowd.isFull(),
                "-Dorg.slf4j.simpleLogger.logFile=System.err",
                "-cp",
                System.getProperty("java.class.path"),
                ServerJvmMain.class.getName());
    }

    /**
     * Starts a server and tells its port. A few clients have come and gone by then: what is loaded and pooled with the
     * first ones is no cost of those that follow.
     */
    int serve(Class<? extends Hosted> server) throws IOException {
        int port = Integer.parseInt(command("serve " + server.getName()));
        descriptorsOfItsOwn = footprint().descriptors();
        Crowd.connect(port, 20).send("GET / HTTP/1.1\r\n").close();
        return port;
    }

    void stop(int port) {
        footprintAtRest();
        command("stop " + port);
        descriptorsOfItsOwn = footprint().descriptors();
    }

    /** Has the server at this port do something; its answer. */
    String ask(int port, String question) {
        return command("ask " + port + " " + question);
    }

    Footprint footprint() {
        return Footprint.parse(command("footprint"));
    }

    /** Measures until it is as expected, and fails if that takes too long. */
    Footprint footprint(String expected, Predicate<Footprint> condition) {
        Footprint[] last = new Footprint[1];
        try {
            Await.until(expected, () -> condition.test(last[0] = footprint()));
        } catch (AssertionError tooLate) {
            throw new AssertionError("expected that " + expected + ", but it was " + last[0], tooLate);
        }
        return last[0];
    }

    /** Measures once no client is left, and what was held for them has been let go of. */
    Footprint footprintAtRest() {
        long[] lastHeap = {Long.MAX_VALUE};
        return footprint("no client is left", now -> {
            // Sockets are closed first; their loops forget them within the turns that follow.
            boolean settled = now.heap() > lastHeap[0] - 8 * 1024;
            lastHeap[0] = now.heap();
            return settled && isAtRest(now);
        });
    }

    /** Waits until no client is left and the heap is what it was, give or take 2 %; fails if it does not get there. */
    void awaitFlat(Footprint before) {
        footprint(
                "the heap is at most 2 % above " + before.heap(),
                now -> isAtRest(now) && now.heap() <= before.heap() * 102 / 100);
    }

    /** Whether no client is left. */
    boolean isAtRest() {
        return isAtRest(footprint());
    }

    private boolean isAtRest(Footprint now) {
        return now.sessions() == 0 && now.direct() == 0 && now.descriptors() <= descriptorsOfItsOwn;
    }

    /** Measures once so many clients are connected that were not before. */
    Footprint footprintWith(int clients, Footprint before) {
        return footprint(
                "there are " + clients + " clients", now -> now.descriptors() >= before.descriptors() + clients);
    }

    /** What the servers have logged so far. */
    List<String> log() {
        return log;
    }

    /** Warnings are allowed: a machine that is busy with something else is worth one to the server. */
    void assertNothingFailed() {
        assertThat(log).noneMatch(line -> line.startsWith("ERROR") || line.contains("LEAK"));
    }

    private synchronized String command(String line) {
        commands.println(line);
        try {
            String answer = answers.readLine();
            assertThat(answer).as("answer to \"%s\"; the log: %s", line, log).isNotNull();
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        commands.close();
        process.waitFor();
    }
}
