package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A window of {@link Browser}, and the page in it. Dialogs are accepted as soon as they open. */
final class Page {
    private static final Map<String, Integer> KEYS =
            Map.of("Tab", 9, "Escape", 27, "End", 35, "Home", 36, "ArrowUp", 38, "ArrowRight", 39, "ArrowDown", 40);

    private static final Duration GLANCE = Duration.ofMillis(20);

    private final DevTools devTools;
    private final String session;
    private final String userAgent;
    private final List<String> console = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<String> dialogs = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    Page(Chromium chromium, String context) {
        devTools = chromium.devTools();
        userAgent = chromium.userAgent();
        String target = devTools.call(
                        null,
                        "Target.createTarget",
                        Map.of("url", "about:blank", "browserContextId", context, "newWindow", true))
                .get("targetId")
                .asText();
        session = devTools.call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .asText();
        devTools.listen(session, this::heard);
        for (String domain : List.of("Page", "Runtime", "Log")) {
            call(domain + ".enable", Map.of());
        }
        // Each window believes to be the one in front.
        call("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
        size(1280, 800);
    }

    void forget() {
        devTools.forget(session);
    }

    private void heard(String event, JsonNode parameters) {
        switch (event) {
            case "Page.javascriptDialogOpening" -> {
                dialogs.add(parameters.get("message").asText());
                devTools.send(session, "Page.handleJavaScriptDialog", Map.of("accept", true));
            }
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Runtime.consoleAPICalled" -> {
                StringBuilder line = new StringBuilder();
                for (JsonNode argument : parameters.get("args")) {
                    line.append(line.isEmpty() ? "" : " ")
                            .append(
                                    argument.has("value")
                                            ? argument.get("value").asText()
                                            : argument.path("description").asText());
                }
                console.add(line.toString());
                if (List.of("error", "warning", "assert")
                        .contains(parameters.get("type").asText())) {
                    problems.add(line.toString());
                }
            }
            case "Runtime.exceptionThrown" -> problems.add(exception(parameters.get("exceptionDetails")));
            // Here the browser tells what it refused: policies, failed connections, resources that were not there.
            case "Log.entryAdded" -> {
                JsonNode entry = parameters.get("entry");
                String what =
                        entry.get("text").asText() + " " + entry.path("url").asText();
                if (List.of("error", "warning").contains(entry.get("level").asText()) && !isLateForIcon(what)) {
                    problems.add(what);
                }
            }
            default -> {}
        }
    }

    /** The browser asks for the icon when it likes, also once the test has stopped the server. */
    private static boolean isLateForIcon(String problem) {
        return problem.contains("ERR_CONNECTION_REFUSED") && problem.endsWith("/favicon.ico");
    }

    private static String exception(JsonNode details) {
        return details.path("exception")
                .path("description")
                .asText(details.get("text").asText());
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return devTools.call(session, method, parameters);
    }

    /** Goes to an address and waits until the page has loaded. */
    Page go(URI address) {
        loaded = new CompletableFuture<>();
        JsonNode answer = call("Page.navigate", Map.of("url", address.toString()));
        assertThat(answer.path("errorText").asText()).as("%s", address).isEmpty();
        DevTools.await(loaded, "loading " + address);
        return this;
    }

    /** Loads the page again. */
    Page reload() {
        loaded = new CompletableFuture<>();
        call("Page.reload", Map.of());
        DevTools.await(loaded, "reloading");
        return this;
    }

    /** The size of the window's content in CSS pixels; below 600 wide it is a phone. */
    Page size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        return this;
    }

    /** Whether the person likes it dark. */
    Page dark(boolean dark) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        return this;
    }

    /** The languages that the browser prefers, such as {@code zh-CN,zh}; for pages that are loaded afterwards. */
    Page languages(String languages) {
        call("Emulation.setUserAgentOverride", Map.of("userAgent", userAgent, "acceptLanguage", languages));
        call("Emulation.setLocaleOverride", Map.of("locale", languages.split(",")[0].replace('-', '_')));
        return this;
    }

    /** The value of an expression, or what the promise becomes that it evaluates to. */
    JsonNode evaluate(String expression) {
        JsonNode answer = call(
                "Runtime.evaluate",
                Map.of("expression", expression, "awaitPromise", true, "returnByValue", true, "userGesture", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(exception(answer.get("exceptionDetails")) + "\nin: " + expression);
        }
        return answer.get("result").path("value");
    }

    String text(String expression) {
        return evaluate(expression).asText();
    }

    List<String> texts(String expression) {
        return DevTools.JSON.convertValue(
                evaluate(expression), DevTools.JSON.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    /** Waits until an expression of the page is true. */
    Page waitUntil(String expression) {
        return waitUntil(() -> evaluate("Boolean(" + expression + ")").asBoolean(), expression);
    }

    /** Waits until something is the case; the only place where the tests look again and again. */
    Page waitUntil(BooleanSupplier condition, String description) {
        long deadline = System.nanoTime() + DevTools.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + DevTools.PATIENCE.toSeconds() + " s: " + description
                        + "\nthe page: " + text("document.body.innerText") + "\nproblems: " + problems
                        + "\ndialogs: " + dialogs + "\nconsole: " + console);
            }
            LockSupport.parkNanos(GLANCE.toNanos());
        }
        return this;
    }

    /** Clicks with the mouse in the middle of an element. */
    Page click(String selector) {
        waitUntil("document.querySelector(%s)?.checkVisibility()".formatted(quoted(selector)));
        JsonNode place = evaluate("""
                (() => {
                  const element = document.querySelector(%s);
                  element.scrollIntoView({ block: 'center', behavior: 'instant' });
                  const box = element.getBoundingClientRect();
                  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
                })()""".formatted(quoted(selector)));
        Map<String, Object> mouse = new HashMap<>(Map.of(
                "x", place.get("x").asDouble(), "y", place.get("y").asDouble(), "button", "left", "clickCount", 1));
        for (String type : List.of("mousePressed", "mouseReleased")) {
            mouse.put("type", type);
            call("Input.dispatchMouseEvent", mouse);
        }
        return this;
    }

    /** Puts a text into a field in place of what was there, as if it had been pasted. */
    Page fill(String selector, String text) {
        waitUntil("document.querySelector(%s)?.checkVisibility()".formatted(quoted(selector)));
        evaluate("(() => { const field = document.querySelector(%s); field.focus(); field.select(); })()"
                .formatted(quoted(selector)));
        if (text.isEmpty()) {
            press("Delete", 46);
        } else {
            call("Input.insertText", Map.of("text", text));
        }
        return this;
    }

    /** Presses Enter where the focus is. */
    Page pressEnter() {
        return press("Enter", 13);
    }

    /** Presses Ctrl and Enter where the focus is. */
    Page pressControlEnter() {
        return press("Enter", 13, 2);
    }

    /** Presses one of the keys that move, such as {@code Tab}, {@code ArrowUp} and {@code Escape}. */
    Page press(String key) {
        return press(key, KEYS.get(key));
    }

    /** Types text where the focus is. */
    Page type(String text) {
        call("Input.insertText", Map.of("text", text));
        return this;
    }

    private Page press(String key, int code) {
        return press(key, code, 0);
    }

    /** @param modifiers 2 for Ctrl */
    private Page press(String key, int code, int modifiers) {
        Map<String, Object> event =
                new HashMap<>(Map.of("key", key, "code", key, "windowsVirtualKeyCode", code, "modifiers", modifiers));
        event.put("type", "keyDown");
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        call("Input.dispatchKeyEvent", event);
        event.put("type", "keyUp");
        event.remove("text");
        call("Input.dispatchKeyEvent", event);
        return this;
    }

    /** What was written to the console, in order. */
    List<String> console() {
        return List.copyOf(console);
    }

    /** Errors and warnings: uncaught exceptions, the console's, and the browser's own. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** The texts of the dialogs that were accepted, in order. */
    List<String> dialogs() {
        return List.copyOf(dialogs);
    }

    /** Writes what is to be seen now as a PNG. */
    void screenshot(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(
                    file,
                    Base64.getDecoder()
                            .decode(call("Page.captureScreenshot", Map.of("format", "png"))
                                    .get("data")
                                    .asText()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text as a string of JavaScript. */
    static String quoted(String text) {
        return DevTools.JSON.getNodeFactory().textNode(text).toString();
    }
}
