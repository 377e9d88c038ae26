package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide's page on the browser's API, tried in a browser: its JavaScript runs as it stands there. */
@Tag("page")
class GuideInBrowserTest {
    private static final Path GUIDE = Path.of("../docs/guide");

    /** Runs the blocks in their order, waiting where a reader would, and reports what the console shows. */
    private static final String PAGE = """
            <!doctype html>
            <meta charset="utf-8">
            <script type="module">
              const shown = [];
              const show = (...values) => shown.push(values.map((value) =>
                  value instanceof Blob ? "Blob of " + value.size
                  : value instanceof ArrayBuffer ? "ArrayBuffer of " + value.byteLength
                  : String(value)).join(" "));
              console.log = show;
              const report = () => fetch("/shown", { method: "POST", body: shown.join("\\n") });
              window.onerror = (message) => { show(message); report(); };
              window.onunhandledrejection = (event) => { show(event.reason); report(); };
              const event = (target, name) =>
                  new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
              %s
              show(socket.readyState === WebSocket.CONNECTING);
              %s
              await event(socket, "open");
              %s
              for (let i = 0; i < 3; i++) {
                await event(socket, "message");
              }
              %s
              socket.send(new Uint8Array([1, 2]));
              await event(socket, "message");
              %s
              await event(socket, "message");
              show(socket.bufferedAmount);
              const closed = event(socket, "close");
              %s
              show(socket.readyState === WebSocket.CLOSING);
              await closed;
              show(socket.readyState === WebSocket.CLOSED);
              report();
            </script>
            """;

    @ParameterizedTest
    @ValueSource(strings = {"06-browser.md", "06-browser.zh-CN.md"})
    void theBrowserDoesWhatTheGuideSays(String guide) throws Exception {
        Object[] blocks = blocks(guide).toArray();
        assertThat(blocks).hasSize(6);
        String text = guide.contains("zh") ? "文本，你好" : "text, also 你好";
        int blob = guide.contains("zh") ? "Blob 里的字节".getBytes(StandardCharsets.UTF_8).length : 15;

        assertThat(shown(String.format(PAGE, blocks)))
                .containsExactly(
                        "true",
                        "open",
                        text,
                        "Blob of " + blob,
                        "Blob of 3",
                        "ArrayBuffer of 2",
                        "900000",
                        "ArrayBuffer of 900000",
                        "0",
                        "true",
                        "1000  true",
                        "true");
    }

    private static List<String> blocks(String guide) throws IOException {
        return Pattern.compile("(?s)```js\\n(.*?)```")
                .matcher(Files.readString(GUIDE.resolve(guide)))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"client.md", "client.zh-CN.md"})
    void theJavaScriptBesideTheJavaIsThatOfTheBrowsersPage(String guide) throws IOException {
        assertThat(blocks(guide)).hasSize(6).isSubsetOf(blocks("06-browser.md"));
    }

    @Test
    void whatAPageIsToldOfARefusalIsNothing() throws Exception {
        String page = """
                <!doctype html>
                <script>
                  const socket = new WebSocket("ws://" + location.host + "/nowhere");
                  socket.onclose = (event) => fetch("/shown",
                      { method: "POST", body: [event.code, event.reason, event.wasClean].join("|") });
                </script>
                """;
        assertThat(shown(page)).containsExactly("1006||false");
    }

    private List<String> shown(String page) throws Exception {
        Path chromium = Peers.chromium();
        // Below target: Chromium leaves links in it that lead elsewhere, and may still write while it ends.
        Path profile = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "chromium");
        CompletableFuture<String> shown = new CompletableFuture<>();
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .http("/", HttpHandler.of(request -> HttpResponse.html(200, page)))
                .http("/shown", HttpHandler.of(request -> {
                    shown.complete(new String(request.body(), StandardCharsets.UTF_8));
                    return HttpResponse.status(204);
                }))
                .start()) {
            Process browser = new ProcessBuilder(
                            chromium.toString(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--no-first-run",
                            "--user-data-dir=" + profile,
                            server.httpUri("/").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolve("log").toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            try {
                return shown.get(90, TimeUnit.SECONDS).lines().toList();
            } finally {
                browser.descendants().forEach(ProcessHandle::destroyForcibly);
                browser.destroyForcibly().waitFor();
            }
        }
    }
}
