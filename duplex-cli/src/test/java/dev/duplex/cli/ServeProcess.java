package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code duplex serve} as a process of its own, that listens. */
final class ServeProcess implements AutoCloseable {
    private final Process process;
    private final String firstLine;

    private ServeProcess(Process process) throws IOException {
        this.process = process;
        this.firstLine = new BufferedReader(process.inputReader(StandardCharsets.UTF_8)).readLine();
    }

    static ServeProcess start(String... arguments) throws IOException {
        return start(List.of(), Map.of(), arguments);
    }

    /**
     * Starts it.
     *
     * @param jvm options of the JVM
     * @param environment variables of its own, besides ours
     */
    static ServeProcess start(List<String> jvm, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("-p", "0"));
        all.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command(jvm, all)).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return new ServeProcess(builder.start());
    }

    /** What starts {@code duplex serve} with these arguments. */
    static List<String> command(List<String> jvm, List<String> arguments) {
        // Whoever runs the tests may ignore a signal, and a JVM that inherits that does not learn of it.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=HUP,INT,TERM",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "serve"));
        command.addAll(arguments);
        return command;
    }

    URI uri() {
        assertThat(firstLine).startsWith("listening ws");
        return URI.create(firstLine.replace("listening ", ""));
    }

    RawClient connect(String... fields) {
        return RawClient.open(uri(), fields);
    }

    /** What a plain request for this path is answered with. */
    HttpResponse<String> get(String path) throws Exception {
        return get(URI.create("http://" + uri().getAuthority() + path));
    }

    static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
}
