package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.duplex.client.DOMException;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.interop.ScriptedServer.Peer;
import dev.duplex.interop.ScriptedServer.Script;
import dev.duplex.interop.Transcript.Scenario;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Chromium's WebSocket and ours with the same servers, kind and evil: the events, their order and fields, ready state
 * and bufferedAmount at each, and what is thrown must be the same, line by line.
 */
@Tag("peer")
@ExtendWith(ChromiumExtension.class)
class SameAsChromiumTest {
    private static final Map<String, Script> SERVERS = new LinkedHashMap<>();
    private static final List<Scenario> SCENARIOS = new ArrayList<>();

    private ScriptedServer server;

    @BeforeEach
    void startTheServer() throws IOException {
        server = new ScriptedServer(SERVERS);
    }

    @AfterEach
    void stopTheServer() throws IOException {
        server.close();
    }

    // ------------------------------------------------------------------------------------------------------- scenarios

    /** What the page does: "open: text 5, close; message1: close". */
    private static Map<String, List<String>> actions(String script) {
        Map<String, List<String>> on = new LinkedHashMap<>();
        for (String part : script.isEmpty() ? new String[0] : script.split("; ")) {
            String[] whenAndWhat = part.split(": ", 2);
            on.put(whenAndWhat[0], List.of(whenAndWhat[1].split(", ")));
        }
        return on;
    }

    private static void page(String path, String script, String... protocols) {
        SCENARIOS.add(new Scenario(path, List.of(protocols), actions(script)));
    }

    /** A server, and what pages do with it. */
    private static void server(String path, Script script, String... pages) {
        SERVERS.put(path, script);
        Arrays.stream(pages).forEach(page -> page(path, page));
    }

    /** A server that accepts, sends these frames, and waits for the end. */
    private static void frames(String path, String hex, String... pages) {
        server(
                path,
                peer -> {
                    peer.accept();
                    peer.hex(hex);
                    peer.untilCloseOrEnd();
                },
                pages);
    }

    private static Script answering(String head) {
        return peer -> peer.write(head.replace("|", "\r\n") + "\r\n\r\n");
    }

    private static final String OK = "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: {accept}";

    private static Script switching(String fields) {
        return peer -> {
            peer.write(peer.switching(fields.replace("|", "\r\n")));
            peer.untilCloseOrEnd();
        };
    }

    private static void answersTheClose(Peer peer, String frame) throws IOException {
        peer.accept();
        peer.untilClose();
        peer.hex(frame);
    }

    static {
        server("/page", answering("HTTP/1.1 200 OK|Content-Type: text/html|Content-Length: 0"));
        server(
                "/echo",
                peer -> {
                    peer.accept();
                    peer.echo();
                },
                // Sending and closing as it should be; one at a time, so that what is buffered is no matter of chance.
                "open: text 5; message1: close",
                "open: text 0, bytes 0, blob 0; message3: close 1000",
                "open: text 200; message1: wide; message2: close 4999 bye",
                "open: bytes 3; message1: view; message2: close 3000 é*61",
                "open: binaryType arraybuffer, bytes 3; message1: text 1; message2: binaryType blob, bytes 4; message3: close",
                "open: blob 70000; message1: text 3; message2: close",
                "open: ignore, text 1, close 1000",
                "open: text 1, text 2, close; message1: text 7",
                // What bufferedAmount counts within a task, and after the close.
                "open: text 10, wide, bytes 20, blob 30, close, text 1, bytes 2, wide, blob 3; close: text 5, view",
                // Checks, and their order.
                "open: close 999, close 1001, close 1005, close 1006, close 2999, close 5000, close 0, close",
                "open: close 1000 é*62, close 999 é*62, close 1000 é*61, close 999, close 1000 é*62",
                "open: close 3000 first, close 4000 second, close; close: close, close 4000, close 1, text 1",
                "start: text 1, bytes 1, blob 1, close 1001; open: close",
                // Closing while connecting.
                "start: close",
                "start: close 4000 early, text 3, close, bytes 4; error: text 1; close: text 2");
        page("/echo", "open: throw; close: text 1", "a");
        // Tokens of subprotocols.
        for (String protocol : List.of("", " ", "a b", "a,b", "ü", "a\t", "(x)", "a/b", "\u007f", "a;b", "\"a\"")) {
            page("/echo", "start: close", protocol);
        }
        page("/echo", "start: close", "a", "a");
        page("/echo", "start: close", "a", "A", "!#$%&'*+-.^_`|~9");

        // Who closes, and with what; broken close frames.
        for (String close : List.of(
                "88 00",
                "88 02 03e8",
                "88 05 03e9 627965",
                "88 02 03ea",
                "88 02 03eb",
                "88 02 03f3",
                "88 02 03f4",
                "88 02 0bb8",
                "88 04 1387 c3a9",
                "88 01 03",
                "88 02 03ed",
                "88 02 03ee",
                "88 02 03f7",
                "88 03 03e8 ff",
                "88 7e 007e 03e8" + "61".repeat(124),
                "08 02 03e8")) {
            frames("/closes-" + pathOf(close), close, "close: text 3, close 4000");
        }
        frames("/says-and-closes", "81 02 6869 88 02 03e8", "", "open: throw; message1: throw", "message1: close");
        server(
                "/other-code",
                peer -> answersTheClose(peer, "88 05 0fa1 627965"),
                "open: close 4000 mine",
                "open: close");
        server("/no-code", peer -> answersTheClose(peer, "88 00"), "open: close 4000 mine");
        server("/broken-answer", peer -> answersTheClose(peer, "88 01 00"), "open: close 4000");
        server("/text-before-the-answer", peer -> answersTheClose(peer, "81 02 6869 88 00"), "open: close");
        server("/rubbish-for-an-answer", peer -> answersTheClose(peer, "8f 00"), "open: close");
        server("/ends-for-an-answer", peer -> answersTheClose(peer, ""), "open: close", "open: text 3, close 4000 x");

        // Frames that no server may send.
        for (String frames : List.of(
                "81 82 00000000 6869",
                "c1 02 6869",
                "a1 02 6869",
                "91 02 6869",
                "83 00",
                "8b 00",
                "81 01 ff",
                "81 01 c3",
                "01 01 c3 80 01 41",
                "80 01 61",
                "01 01 61 81 01 62",
                "09 00",
                "89 7e 007e" + "00".repeat(126),
                "81 7e 0005 68656c6c6f",
                "82 7f ffffffffffffffff")) {
            server(
                    "/sends-" + pathOf(frames),
                    peer -> {
                        peer.accept();
                        peer.hex("81 02 6f6b");
                        // Chromium forgets what came in one piece with a frame that it refuses.
                        peer.read();
                        peer.hex(frames);
                        peer.untilCloseOrEnd();
                    },
                    "message1: text 1");
        }
        // Those that it may send: fragments with a ping between them, a pong that nobody asked for.
        frames("/fragments", "01 02 c3a9 89 01 70 00 00 80 01 21 8a 01 70 02 01 00 80 00", "message2: close");
        server(
                "/pings",
                peer -> {
                    peer.accept();
                    peer.hex("89 02 6869");
                    peer.send(peer.read());
                    peer.hex("81 00");
                    peer.send(peer.untilClose());
                },
                "message1: close");
        server(
                "/glued",
                peer -> {
                    peer.write(peer.switching(OK.replace("|", "\r\n")) + "\u0081\u0002hi\u0081\u0001y");
                    peer.send(peer.untilClose());
                },
                "message2: close");

        // Answers to the opening handshake that are none.
        server("/not-found", answering("HTTP/1.1 404 Not Found|Content-Length: 0"), "error: text 1; close: text 1");
        server("/unauthorized", answering("HTTP/1.1 401 No|WWW-Authenticate: Bearer|Content-Length: 0"), "");
        server("/elsewhere", answering("HTTP/1.1 302 Found|Location: /echo|Content-Length: 0"), "");
        server("/ok", answering("HTTP/1.1 200 OK|Content-Length: 0"), "");
        server("/old", answering("HTTP/1.0 101 Switching Protocols|Upgrade: websocket|Connection: Upgrade"), "");
        server("/rubbish", answering("nothing of the kind"), "");
        server("/hangs-up", peer -> {}, "");
        server("/wrong-accept", switching(OK.replace("{accept}", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")), "");
        server("/no-accept", switching("Upgrade: websocket|Connection: Upgrade"), "");
        server("/two-accepts", switching(OK + "|Sec-WebSocket-Accept: {accept}"), "");
        server("/no-upgrade", switching("Connection: Upgrade|Sec-WebSocket-Accept: {accept}"), "");
        server("/other-upgrade", switching("Upgrade: h2c|Connection: Upgrade|Sec-WebSocket-Accept: {accept}"), "");
        server("/no-connection", switching("Upgrade: websocket|Sec-WebSocket-Accept: {accept}"), "");
        server("/unasked-protocol", switching(OK + "|Sec-WebSocket-Protocol: a"), "");
        server("/unasked-extension", switching(OK + "|Sec-WebSocket-Extensions: x-other"), "");
        server(
                "/two-deflates",
                switching(OK + "|Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate"),
                "");
        server(
                "/bits-7",
                switching(OK + "|Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7"),
                "");
        server("/empty-extensions", switching(OK + "|Sec-WebSocket-Extensions: "), "open: close");
        page("/echo", "", "a", "b");
        server("/chooses", switching(OK + "|Sec-WebSocket-Protocol: b"));
        page("/chooses", "open: close", "a", "b");
        page("/chooses", "", "a");
        page("/chooses", "", "B");
        server("/chooses-two", switching(OK + "|Sec-WebSocket-Protocol: a, b"));
        page("/chooses-two", "", "a", "b");
        server("/chooses-twice", switching(OK + "|Sec-WebSocket-Protocol: a|Sec-WebSocket-Protocol: a"));
        page("/chooses-twice", "", "a", "b");
        server("/chooses-nothing", switching(OK + "|Sec-WebSocket-Protocol: "));
        page("/chooses-nothing", "", "a");
        page("/chooses-nothing", "");
        server(
                "/deflate",
                peer -> {
                    peer.accept("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover");
                    // "hi", deflated; then as it is, which is allowed too.
                    peer.hex("c1 04 cac80400 81 02 6869");
                    peer.hex("88 00");
                    peer.untilCloseOrEnd();
                },
                "");
        server(
                "/bad-deflate",
                peer -> {
                    peer.accept("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover");
                    peer.hex("c1 04 ffffffff");
                    peer.untilCloseOrEnd();
                },
                "");
    }

    private static String pathOf(String hex) {
        String path = hex.replace(" ", "");
        return path.substring(0, Math.min(16, path.length()));
    }

    // ----------------------------------------------------------------------------------------------------- differences

    /** Where we do otherwise, and why. */
    private record Difference(String why, Scenario scenario, String chromium, String ours) {}

    private static final List<Difference> DIFFERENCES = new ArrayList<>();

    private static void differs(String why, String path, Script script, String chromium, String ours) {
        SERVERS.put(path, script);
        DIFFERENCES.add(new Difference(
                why,
                new Scenario(path, List.of(), Map.of()),
                "constructed|open|" + chromium,
                "constructed|open|" + ours));
    }

    private static Script sending(String hex) {
        return peer -> {
            peer.accept();
            peer.hex(hex);
            peer.untilCloseOrEnd();
        };
    }

    static {
        String failed = "error|close 1006 \"\" not clean|end";
        String lost = "RFC 6455 §7.2.1: a client must fail the connection if the transport is unexpectedly lost,"
                + " and failing it fires an error event";
        differs(lost, "/drops", Peer::accept, "close 1006 \"\" not clean|end", failed);
        differs(
                lost,
                "/drops-amid-a-frame",
                peer -> {
                    peer.accept();
                    peer.hex("81 05 6865");
                },
                "close 1006 \"\" not clean|end",
                failed);
        differs(
                lost,
                "/drops-amid-a-message",
                peer -> {
                    peer.accept();
                    peer.hex("81 01 61 01 02 6865");
                },
                "message text a|close 1006 \"\" not clean|end",
                "message text a|" + failed);
        String afterClose = "RFC 6455 §1.4: after a close frame, any further data is discarded";
        differs(afterClose, "/closes-and-says", sending("88 02 03e8 81 02 6869"), failed, "close 1000 \"\" clean|end");
        differs(afterClose, "/closes-twice", sending("88 02 03e8 88 02 0fa0"), failed, "close 1000 \"\" clean|end");
        for (int code : new int[] {0, 999, 1004, 1016, 2999, 5000, 65535}) {
            differs(
                    "RFC 6455 §7.4: no endpoint may use this code",
                    "/closes-with-" + code,
                    sending("88 02 %04x".formatted(code)),
                    "close " + code + " \"\" clean|end",
                    failed);
        }
    }

    // ------------------------------------------------------------------------------------------------------ comparison

    private static String json(Object value) throws JsonProcessingException {
        return DevTools.JSON.writeValueAsString(value);
    }

    private Page page(Browser browser) {
        return browser.open(URI.create(server.base().replaceFirst("ws", "http") + "/page"));
    }

    private List<String> chromium(Page page, Scenario scenario) throws IOException {
        try (InputStream file = SameAsChromiumTest.class.getResourceAsStream("/peers/transcript.js")) {
            String script = new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
            return page.texts(script + "(%s, %s)".formatted(json(server.base()), json(scenario)));
        }
    }

    @TestFactory
    Stream<DynamicTest> whatHappensIsTheSame(Browser browser) {
        Page page = page(browser);
        return SCENARIOS.stream()
                .map(scenario -> DynamicTest.dynamicTest(
                        scenario.path() + " " + scenario.protocols() + " " + scenario.on(), () -> {
                            List<String> chromium = chromium(page, scenario);
                            assertThat(Transcript.of(server.base(), scenario)).isEqualTo(chromium);
                            assertThat(chromium).last().asString().matches("end .*|throws SyntaxError");
                        }));
    }

    @TestFactory
    Stream<DynamicTest> whereItIsNotThereIsAReason(Browser browser) {
        Page page = page(browser);
        return DIFFERENCES.stream()
                .map(difference ->
                        DynamicTest.dynamicTest(difference.scenario().path() + ": " + difference.why(), () -> {
                            assertThat(brief(chromium(page, difference.scenario())))
                                    .isEqualTo(difference.chromium());
                            assertThat(brief(Transcript.of(server.base(), difference.scenario())))
                                    .isEqualTo(difference.ours());
                        }));
    }

    /** Without ready states and what is the same everywhere here. */
    private static String brief(List<String> lines) {
        return String.join("|", lines).replaceAll(" \\[\\d, \\d+]| protocol= extensions=| from BASE", "");
    }

    @Test
    void urlsAreTakenAndRefusedAlike(Browser browser) throws Exception {
        Page page = page(browser);
        String base = page.text("location.href");
        List<String> chromium = page.texts("""
                %s.map((url) => {
                  try {
                    const socket = new WebSocket(url);
                    socket.close();
                    return socket.url;
                  } catch (error) {
                    return error.name;
                  }
                })""".formatted(json(URLS)));
        WebSocketOptions options = WebSocketOptions.builder().baseUrl(base).build();
        List<String> ours = new ArrayList<>();
        for (String url : URLS) {
            try {
                ours.add(new WebSocket(url, options, WebSocket::close).url());
            } catch (DOMException e) {
                ours.add(e.name());
            }
        }
        assertThat(pairs(URLS, ours)).isEqualTo(pairs(URLS, chromium));
        assertThat(chromium).contains("SyntaxError").anyMatch(url -> url.startsWith("wss:"));
    }

    /** Chromium takes them all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                // URL Standard, "forbidden domain code point": Chromium is more generous than the standard.
                "ws://a b/",
                "ws://a%20b/",
                // No Host field can name it.
                "ws://a..invalid/",
                // Numbers in other forms than four decimal ones mostly serve to hide an address.
                "ws://127.1/",
                "ws://0x7f.1/",
                "ws://017700000001/",
                "ws://2130706433/",
                "ws://1.2.3./",
                // The JDK would make it fass.invalid, which is another host.
                "ws://fa\u00df.invalid/",
            })
    void aHostThatWeRefuseToUnderstandIsASyntaxError(String url) {
        assertThatThrownBy(() -> new WebSocket(url)).isInstanceOf(DOMException.SyntaxError.class);
    }

    private static List<String> pairs(List<String> keys, List<String> values) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> keys.get(i) + " -> " + values.get(i))
                .toList();
    }

    private static final List<String> URLS = List.of(
            "",
            "chat",
            "/chat?room=1",
            "../x/./y/%2e%2E/z",
            "//other.invalid/a",
            "?q",
            "#f",
            "ws:",
            "ws:/",
            "ws://",
            "ws:///",
            "ws://h.invalid",
            "WS://H.Invalid:80/A",
            "wss://h.invalid:443/",
            "wss://h.invalid:80",
            "http://h.invalid/a",
            "https://h.invalid:443/a",
            "HTTPS:h.invalid",
            "ws:h.invalid",
            "ws:\\\\h.invalid\\a\\b",
            "ws://h.invalid#",
            "ws://h.invalid/#f",
            "ws://h.invalid/?#",
            "ws://h.invalid/?",
            "ws://h.invalid?q=1",
            "ws://h.invalid/a b?c d",
            "ws://h.invalid/\"<>`{}^[]'?\"<>`{}|^[]'",
            "ws://h.invalid/%zz%41",
            "ws://h.invalid/\u4e16?\u754c",
            "  ws://h.invalid/a\tb\nc  ",
            "\u0000ws://h.invalid/",
            "ws://user@h.invalid/",
            "ws://user:pa%40ss@h.invalid/",
            "ws://us er:p:w@h.invalid/",
            "ws://a@b@h.invalid/",
            "ws://@h.invalid/",
            "ws://:@h.invalid/",
            "ws://h.invalid:/",
            "ws://h.invalid:0/",
            "ws://h.invalid:00080/",
            "ws://h.invalid:65535/",
            "ws://h.invalid:65536/",
            "ws://h.invalid:8o/",
            "ws://h.invalid:-1/",
            "ws://:80/",
            "ws://a%00b/",
            "ws://a<b/",
            "ws://a^b/",
            "ws://a|b/",
            "ws://ex%41mple.invalid/",
            "ws://%ff.invalid/",
            "ws://b\u00fccher.invalid/",
            "ws://\u4f8b\u3048.\u30c6\u30b9\u30c8/",
            "ws://xn--a.invalid/",
            "ws://a_b.invalid/",
            "ws://-a-.invalid/",
            "ws://h.invalid./",
            "ws://127.0.0.1/",
            "ws://256.0.0.1/",
            "ws://1.2.3.4.5/",
            "ws://0x.invalid/",
            "ws://a.1/",
            "ws://[::1]:8080/",
            "ws://[0:0:0:0:0:0:0:1]/",
            "ws://[2001:DB8:0:0:1:0:0:1]/",
            "ws://[::ffff:1.2.3.4]/",
            "ws://[::1/",
            "ws://[]/",
            "ws://[::1%25eth0]/",
            "ftp://h.invalid/",
            "about:blank",
            "file:///etc/hosts",
            "mailto:me@h.invalid",
            "1ws://h.invalid/");
}
