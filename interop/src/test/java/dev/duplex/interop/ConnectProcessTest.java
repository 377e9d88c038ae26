package dev.duplex.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.CloseEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code duplex connect} as a process of its own: pipes, signals and exit codes as a shell sees them. */
class ConnectProcessTest {
    private static final long PATIENCE_SECONDS = 60;

    private final CompletableFuture<CloseEvent> closed = new CompletableFuture<>();
    private final AtomicLong bytes = new AtomicLong();
    private WebSocketServer server;
    private Process process;

    /** Echoes; counts instead what is sent to /count, and answers the word {@code total} with the sum. */
    private final class Echo implements WebSocketHandler {
        @Override
        public void onMessage(Session session, Message message) {
            if (!session.path().equals("/count")) {
                session.send(message);
            } else if (message.size() == 5) {
                session.send(Long.toString(bytes.get()));
            } else {
                bytes.addAndGet(message.size());
            }
        }

        @Override
        public void onClose(Session session, CloseEvent event) {
            closed.complete(event);
        }
    }

    @BeforeEach
    void startTheServer() {
        server = WebSocketServer.builder()
                .port(0)
                .webSocket("/echo", new Echo())
                .webSocket("/count", new Echo())
                .start();
    }

    @AfterEach
    void stopTheServer() {
        if (process != null) {
            process.destroyForcibly();
        }
        server.close();
    }

    private void start(List<String> javaOptions, String path, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(javaOptions);
        command.addAll(
                List.of("dev.duplex.cli.Main", "connect", server.uri(path).toString()));
        command.addAll(Arrays.asList(options));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private BufferedReader output() {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    private int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private CloseEvent closed() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void aPipeGetsOneLineForEachLine() throws Exception {
        start(List.of(), "/echo", "--count", "2");
        try (OutputStream in = process.getOutputStream()) {
            in.write("a\nb\n".getBytes(UTF_8));
        }
        assertThat(process.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("a\nb\n");
        assertThat(exitCode()).isZero();
        assertThat(closed().code()).isEqualTo(1000);
    }

    @Test
    void aLineIsPrintedAtOnce() throws Exception {
        start(List.of(), "/echo");
        OutputStream in = process.getOutputStream();
        BufferedReader out = output();
        for (String line : List.of("one", "two")) {
            in.write((line + "\n").getBytes(UTF_8));
            in.flush();
            assertThat(out.readLine()).isEqualTo(line);
        }
        in.close();
        assertThat(exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalEndsItWithAGoodbye(String signal, int exitCode) throws Exception {
        start(List.of(), "/echo", "hello", "--wait", "close");
        assertThat(output().readLine()).isEqualTo("hello");
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(exitCode()).isEqualTo(exitCode);
        assertThat(closed().code()).isEqualTo(1000);
        assertThat(closed().wasClean()).isTrue();
    }

    @Test
    void theServersCloseEndsItWhateverTheInputDoes() throws Exception {
        start(List.of(), "/echo", "hello");
        assertThat(output().readLine()).isEqualTo("hello");
        server.shutdown(Duration.ofSeconds(5), 0);
        assertThat(exitCode()).isZero();
    }

    @Test
    void aReaderThatHasSeenEnoughEndsItQuietly() throws Exception {
        start(List.of(), "/echo");
        OutputStream in = process.getOutputStream();
        BufferedReader out = output();
        in.write("one\n".getBytes(UTF_8));
        in.flush();
        assertThat(out.readLine()).isEqualTo("one");
        out.close();
        try {
            while (process.isAlive()) {
                in.write("more\n".getBytes(UTF_8));
                in.flush();
            }
        } catch (IOException e) {
            // It has ended, and its input with it.
        }
        assertThat(exitCode()).isZero();
    }

    @Test
    void aLargeInputIsSentWithLittleMemory() throws Exception {
        start(List.of("-Xmx40m", "-XX:MaxDirectMemorySize=40m"), "/count", "--until", "^[0-9]+$");
        byte[] line = new byte[1000];
        Arrays.fill(line, (byte) 'x');
        line[999] = '\n';
        int lines = 150_000;
        try (OutputStream in = process.getOutputStream()) {
            for (int i = 0; i < lines; i++) {
                in.write(line);
            }
            in.write("total\n".getBytes(UTF_8));
        }
        assertThat(process.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo(lines * 999L + "\n");
        assertThat(exitCode()).isZero();
    }
}
