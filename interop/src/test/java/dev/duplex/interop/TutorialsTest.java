package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client code of tutorials, from {@code src/test/resources/tutorials}, against {@code duplex echo} and
 * {@code duplex chat}. Nothing is changed but the address; the pages come from the same server ({@code --static}), because
 * by default no other may connect.
 */
@Tag("page")
@ExtendWith(ChromiumExtension.class)
class TutorialsTest {
    @TempDir
    Path site;

    private static String tutorial(String name) {
        try (InputStream file = TutorialsTest.class.getResourceAsStream("/tutorials/" + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static String at(String code, String address, Object replacement) {
        assertThat(code).contains(address);
        return code.replace(address, replacement.toString());
    }

    /** The same server under the name that a page of the tutorials has in its address bar. */
    private static URI on(String host, URI address) {
        return URI.create(address.toString().replace("127.0.0.1", host));
    }

    // ------------------------------------------------------------------------------------------------------ whole
    // pages

    @Test
    void theEchoPage(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            String page = at(tutorial("echo.html"), "ws://localhost:9998", "ws://localhost:" + echo.port());
            Files.writeString(site.resolve("tutorial.html"), page);
            Page window = browser.open(on("localhost", echo.page("/tutorial.html")));
            waitForDialogs(window, 3);
            assertThat(window.dialogs()).containsExactly("您的浏览器支持 WebSocket!", "数据发送中...", "数据已接收...");
            echo.close();
            waitForDialogs(window, 4);
            assertThat(window.dialogs()).endsWith("连接已关闭...");
            assertThat(window.problems()).isEmpty();
        }
    }

    private static void waitForDialogs(Page window, int number) {
        window.waitUntil(() -> window.dialogs().size() == number, number + " dialogs");
    }

    @Test
    void theChatPageInTwoWindows(Browser browser) throws IOException {
        Peers.node(); // jQuery comes with the packages of Node
        Files.createDirectory(site.resolve("js"));
        Files.copy(
                Peers.NODE_FOLDER.resolve("node_modules/jquery/dist/jquery.min.js"), site.resolve("js/jquery.min.js"));
        try (RunningCommand chat = RunningCommand.start("chat", "--static", site.toString())) {
            String page = at(tutorial("chat.html"), "ws://127.0.0.1:8009", "ws://127.0.0.1:" + chat.port());
            Files.writeString(site.resolve("tutorial.html"), page);
            Page one = browser.open(chat.page("/tutorial.html"));
            Page two = browser.open(chat.page("/tutorial.html"));
            for (Page window : List.of(one, two)) {
                window.waitUntil("ws.readyState === WebSocket.OPEN");
            }
            one.fill("#m", "你好 from one").pressEnter();
            one.waitUntil("$('#messages li').length === 1");
            two.fill("#m", "<b>hello</b> from two").click("form button");
            for (Page window : List.of(one, two)) {
                window.waitUntil("$('#messages li').length === 2");
                assertThat(window.texts("$('#messages li').toArray().map((item) => item.textContent)"))
                        .containsExactly("你好 from one", "<b>hello</b> from two");
                assertThat(window.text("$('#m').val()")).isEmpty();
                assertThat(window.console()).contains("connected server", "你好 from one");
            }
            chat.close();
            one.waitUntil(() -> one.console().contains("connect closed"), "the close event");
        }
    }

    @Test
    void theChatPageMeetsTheRichOne(Browser browser) throws IOException {
        Peers.node();
        Files.createDirectory(site.resolve("js"));
        Files.copy(
                Peers.NODE_FOLDER.resolve("node_modules/jquery/dist/jquery.min.js"), site.resolve("js/jquery.min.js"));
        try (RunningCommand chat = RunningCommand.start("chat", "--static", site.toString())) {
            String page = at(tutorial("chat.html"), "ws://127.0.0.1:8009", "ws://127.0.0.1:" + chat.port());
            Files.writeString(site.resolve("tutorial.html"), page);
            Page plain = browser.open(chat.page("/tutorial.html"));
            plain.waitUntil("ws.readyState === WebSocket.OPEN");
            Page rich = browser.open(chat.page("/"));
            rich.fill("#name-input", "Ann")
                    .click("#join")
                    .fill("#message", "hello")
                    .pressEnter();
            plain.waitUntil("$('#messages li').length === 1");
            plain.fill("#m", "hi").pressEnter();
            rich.waitUntil("document.querySelectorAll('#messages li[data-id]').length === 2");
            plain.waitUntil("$('#messages li').length === 2");
            assertThat(plain.texts("$('#messages li').toArray().map((item) => item.textContent)"))
                    .containsExactly("Ann: hello", "hi");
        }
    }

    @Test
    void theClientOfWebSocketNode() throws IOException, InterruptedException {
        String node = Peers.node().toString();
        try (RunningCommand echo = RunningCommand.start("echo")) {
            String program = at(tutorial("websocket-node-client.js"), "ws://localhost:8080/", echo.socket("/"));
            Process client = new ProcessBuilder(node, "-e", program)
                    .directory(Peers.NODE_FOLDER.toFile())
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader output = client.inputReader(StandardCharsets.UTF_8)) {
                assertThat(output.readLine()).isEqualTo("WebSocket Client Connected");
                assertThat(output.readLine()).matches("Received: '[0-9]{1,8}'");
                // It sends a number every second, until the connection is closed.
                echo.close();
                assertThat(output.lines().filter(line -> !line.startsWith("Received: ")))
                        .containsExactly("echo-protocol Connection Closed");
                assertThat(client.waitFor()).isZero();
            } finally {
                client.destroyForcibly();
            }
        }
    }

    // ------------------------------------------------------------------------------------------ the pieces of the API

    private static final String OPENED = "await new Promise((resolve) => { ws.onopen = resolve; });\n";
    private static final String HEARD = "await new Promise((resolve) => ws.addEventListener('message', resolve));\n";

    /** A page on the server that has nothing but what the snippets take for granted. */
    private Page blank(Browser browser, RunningCommand echo) throws IOException {
        Files.writeString(
                site.resolve("blank.html"),
                "<!doctype html><title>blank</title><body><input type=file><canvas width=400 height=320></canvas>");
        return browser.open(echo.page("/blank.html"));
    }

    private static String ws(RunningCommand echo, String path) {
        return "var ws = new WebSocket(" + Page.quoted(echo.socket(path).toString()) + ");\n";
    }

    private static String inFunction(String... code) {
        return "(async () => {\n" + String.join("\n", code) + "\n})()";
    }

    @Test
    void firstStepsOverWss(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--tls-self-signed", "--static", site.toString())) {
            Page page = blank(browser, echo);
            URI address = echo.socket("/");
            assertThat(address).hasScheme("wss");
            page.evaluate("{" + at(tutorial("api/first-steps.js"), "wss://echo.websocket.org", address) + "}");
            page.waitUntil(() -> page.console().size() == 3, "three lines on the console");
            assertThat(page.console())
                    .containsExactly(
                            "Connection open ...", "Received Message: Hello WebSockets!", "Connection closed.");
            assertThat(page.problems()).isEmpty();
        }
    }

    @Test
    void readyState(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            String look = "states.push(ws.readyState);\n" + tutorial("api/ready-state.js");
            String closed = "await new Promise((resolve) => { ws.onclose = resolve; });\n";
            assertThat(page.evaluate(inFunction(
                                    "const states = [];",
                                    ws(echo, "/echo"),
                                    look,
                                    OPENED,
                                    look,
                                    "ws.close();",
                                    look,
                                    closed,
                                    look,
                                    "return states;"))
                            .toString())
                    .isEqualTo("[0,1,2,3]");
        }
    }

    @Test
    void twoCallbacksForOpen(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            assertThat(page.texts(inFunction(
                            ws(echo, "/echo"),
                            tutorial("api/onopen.js"),
                            tutorial("api/open-listener.js"),
                            "const heard = [];",
                            "ws.addEventListener('message', (event) => heard.push(event.data));",
                            HEARD,
                            "if (heard.length < 2) {" + HEARD + "}",
                            "return heard;")))
                    .containsExactly("Hello Server!", "Hello Server!");
        }
    }

    @Test
    void closeEvents(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            String closed = "const event = await new Promise((resolve) => ws.addEventListener('close', resolve));\n"
                    + "return [event.code, event.reason, event.wasClean].join(' ');";
            String both = tutorial("api/onclose.js");
            assertThat(page.text(inFunction(ws(echo, "/echo"), both, OPENED, "ws.close();", closed)))
                    .isEqualTo("1005  true");
            assertThat(page.text(inFunction(ws(echo, "/echo"), both, OPENED, "ws.close(4000, 'genug');", closed)))
                    .startsWith("4000 ")
                    .endsWith(" true");
            assertThat(page.text(inFunction(ws(echo, "/close?code=4001&reason=%E5%86%8D%E8%A7%81"), both, closed)))
                    .isEqualTo("4001 再见 true");
            assertThat(page.text(inFunction(ws(echo, "/drop"), both, closed))).isEqualTo("1006  false");
            String template = tutorial("api/onclose-template.js");
            page.text(inFunction(ws(echo, "/close?code=4001&reason=bye"), "let socket = ws;", template, closed));
            assertThat(page.console()).contains("as clean? &{event.wasClean} Code=4001 Reason=bye");
        }
    }

    @Test
    void messageEvents(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            page.evaluate(inFunction(
                    ws(echo, "/echo"), tutorial("api/onmessage.js"), OPENED, "ws.send('x');", HEARD, "ws.close();"));
            page.evaluate(inFunction(
                    // The tutorial forgets the quotes.
                    "var string = 'string';",
                    ws(echo, "/echo"),
                    "ws.binaryType = 'arraybuffer';",
                    tutorial("api/onmessage-types.js"),
                    OPENED,
                    "ws.send('x');",
                    HEARD,
                    "ws.send(new Uint8Array(3).buffer);",
                    HEARD));
            for (String type : List.of("blob", "arraybuffer")) {
                page.evaluate(inFunction(
                        ws(echo, "/echo"),
                        tutorial("api/binary-type-" + type + ".js"),
                        OPENED,
                        "ws.send(new Uint8Array(" + (type.equals("blob") ? 5 : 7) + "));",
                        HEARD));
            }
            assertThat(page.console()).containsExactly("Received data string", "Received arraybuffer", "5", "7");
            assertThat(page.problems()).isEmpty();
        }
    }

    @Test
    void sendTextAFileAndACanvas(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            String heard = page.text(inFunction(
                    """
                    const files = new DataTransfer();
                    files.items.add(new File(['the file'], 'file.txt'));
                    document.querySelector('input').files = files.files;
                    const canvas_context = document.querySelector('canvas').getContext('2d');
                    canvas_context.fillStyle = '#123456';
                    canvas_context.fillRect(0, 0, 400, 320);
                    """,
                    ws(echo, "/echo"),
                    "const heard = [];",
                    "ws.addEventListener('message', (event) => heard.push(event.data));",
                    OPENED,
                    tutorial("api/send.js"),
                    "while (heard.length < 3) {" + HEARD + "}",
                    "const picture = new Uint8Array(await heard[2].arrayBuffer());",
                    "return [heard[0], await heard[1].text(), picture.length, picture.every((b, i) => b === binary[i])]"
                            + ".join('|');"));
            assertThat(heard).isEqualTo("your message|the file|512000|true");
        }
    }

    @Test
    void sendAStringABufferAndABlob(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            String code = at(tutorial("api/send-three.js"), "ws://www.example.com/server.php", echo.socket("/echo"));
            // The tutorial sends before the connection is open, which no browser does: the wait is put after its first
            // line.
            int first = code.indexOf('\n') + 1;
            assertThat(page.text(inFunction(
                            code.substring(0, first),
                            "const ws = socket, heard = [];",
                            "ws.addEventListener('message', (event) => heard.push(event.data));",
                            OPENED,
                            code.substring(first),
                            "while (heard.length < 3) {" + HEARD + "}",
                            "return [heard[0], heard[1].size, await heard[2].text()].join('|');")))
                    .isEqualTo("Hello world!|3|foo");
        }
    }

    @Test
    void bufferedAmountOfTenMegabytes(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--max-message", "16m", "--static", site.toString())) {
            Page page = blank(browser, echo);
            assertThat(page.text(inFunction(
                            ws(echo, "/count"),
                            "const socket = ws;",
                            OPENED,
                            tutorial("api/buffered-amount.js"),
                            "const after = socket.bufferedAmount;",
                            "const count = await new Promise((resolve) => { ws.onmessage = (event) => resolve(event.data); });",
                            "return [after, count, socket.bufferedAmount].join(' ');")))
                    .isEqualTo("10000000 {\"messages\":1,\"bytes\":10000000} 0");
        }
    }

    @Test
    void tenMegabytesAreTooMuchByDefaultAndTheCloseCodeSaysSo(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            assertThat(page.text(inFunction(
                            ws(echo, "/echo"),
                            "const socket = ws;",
                            OPENED,
                            tutorial("api/buffered-amount.js"),
                            "const event = await new Promise((resolve) => { ws.onclose = resolve; });",
                            "return event.code + ' ' + event.reason;")))
                    .startsWith("1009 ")
                    .contains("1048576");
        }
    }

    @Test
    void errorEvents(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            String order = page.text(inFunction(
                    ws(echo, "/reject?status=403"),
                    "const socket = ws, order = [];",
                    tutorial("api/onerror.js"),
                    "ws.addEventListener('error', () => order.push('error ' + ws.readyState));",
                    "ws.addEventListener('close', (event) => order.push('close ' + event.code));",
                    "await new Promise((resolve) => ws.addEventListener('close', resolve));",
                    "return order.join(', ');"));
            assertThat(order).isEqualTo("error 3, close 1006");
        }
    }

    @Test
    void dialogsOnOpenAndClose(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            String code = tutorial("api/dialogs.js");
            page.evaluate("{" + at(code, "ws://www.example.com/server.php", echo.socket("/close")) + "}");
            waitForDialogs(page, 2);
            page.evaluate("{" + at(code, "ws://www.example.com/server.php", echo.socket("/reject")) + "}");
            waitForDialogs(page, 4);
            assertThat(page.dialogs())
                    .containsExactly(
                            "Connection established.", "Connection closed.", "Connection error.", "Connection closed.");
        }
    }

    @Test
    void handlersThatLog(Browser browser) throws IOException {
        try (RunningCommand echo = RunningCommand.start("echo", "--static", site.toString())) {
            Page page = blank(browser, echo);
            page.evaluate(inFunction(
                    at(tutorial("api/handlers.js"), "ws://localhost:8080", echo.socket("/")),
                    "await new Promise((resolve) => webSocket.addEventListener('open', resolve));",
                    tutorial("api/handlers-send.js"),
                    "await new Promise((resolve) => webSocket.addEventListener('message', resolve));",
                    "webSocket.close();",
                    "await new Promise((resolve) => webSocket.addEventListener('close', resolve));"));
            assertThat(page.console()).containsExactly("链接服务器成功!", "与服务器断开了链接!");
        }
    }

    // ------------------------------------------------------------------------------------------------- other origins

    private static final String OUTCOME = "return await new Promise((resolve) => { ws.onopen = () => resolve('open');"
            + " ws.onclose = (event) => resolve('close ' + event.code); });";

    @Test
    void aPageOfAnotherOriginIsRefused(Browser browser) throws IOException {
        try (RunningCommand foreign = RunningCommand.start("echo", "--static", site.toString());
                RunningCommand echo = RunningCommand.start("echo")) {
            Page page = blank(browser, foreign);
            assertThat(page.text(inFunction(ws(echo, "/echo"), OUTCOME))).isEqualTo("close 1006");
            assertThat(page.problems())
                    .anySatisfy(problem -> assertThat(problem).contains("Unexpected response code: 403"));
        }
    }

    @Test
    void aPageOfAnotherOriginIsLetInByOption(Browser browser) throws IOException {
        try (RunningCommand foreign = RunningCommand.start("echo", "--static", site.toString());
                RunningCommand echo = RunningCommand.start("echo", "--origin", "http://127.0.0.1:*")) {
            Page page = blank(browser, foreign);
            assertThat(page.text(inFunction(ws(echo, "/echo"), OUTCOME))).isEqualTo("open");
            assertThat(page.problems()).isEmpty();
        }
    }
}
