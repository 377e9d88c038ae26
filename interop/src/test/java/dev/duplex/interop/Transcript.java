package dev.duplex.interop;

import dev.duplex.client.BinaryType;
import dev.duplex.client.Blob;
import dev.duplex.client.DOMException;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The twin of {@code peers/transcript.js}: plays a scenario with our WebSocket, on one thread as a page has, and tells
 * what happened, line by line. Both have the same lines in the same order, so that they can be laid side by side.
 */
final class Transcript {
    private static final long PATIENCE_SECONDS = 60;

    /**
     * What a page does.
     *
     * @param on the actions for "start" (the task of the constructor), "open", "message1", "error", "close"
     */
    record Scenario(String path, List<String> protocols, Map<String, List<String>> on) {}

    private final String base;
    private final Scenario scenario;
    private final List<String> lines = new ArrayList<>();
    private final CompletableFuture<List<String>> ended = new CompletableFuture<>();
    private int messages;

    private Transcript(String base, Scenario scenario) {
        this.base = base;
        this.scenario = scenario;
    }

    static List<String> of(String base, Scenario scenario) throws Exception {
        ExecutorService page = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "page");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Transcript transcript = new Transcript(base, scenario);
            page.submit(() -> transcript.begin(page)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return transcript.ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } finally {
            page.shutdown();
        }
    }

    private void begin(ExecutorService page) {
        WebSocket socket;
        try {
            socket = new WebSocket(
                    base + scenario.path(),
                    WebSocketOptions.builder()
                            .protocols(scenario.protocols().toArray(String[]::new))
                            .executor(page)
                            .build());
        } catch (DOMException e) {
            ended.complete(List.of("throws " + e.name()));
            return;
        }
        socket.onopen(event -> {
            told(socket, "open protocol=" + socket.protocol() + " extensions=" + socket.extensions());
            act(socket, "open");
        });
        socket.onmessage(event -> {
            messages++;
            told(socket, "message " + shown(event) + " from " + event.origin());
            act(socket, "message" + messages);
        });
        socket.onerror(event -> {
            told(socket, "error");
            act(socket, "error");
        });
        socket.onclose(event -> {
            told(
                    socket,
                    "close " + event.code() + " \"" + event.reason() + "\" "
                            + (event.wasClean() ? "clean" : "not clean"));
            act(socket, "close");
            // Behind whatever might wrongly follow.
            page.execute(() -> page.execute(() -> {
                told(socket, "end");
                ended.complete(lines);
            }));
        });
        told(socket, "constructed");
        act(socket, "start");
    }

    private void told(WebSocket socket, String line) {
        lines.add((line + " [" + socket.readyState() + ", " + socket.bufferedAmount() + "]").replace(base, "BASE"));
    }

    private static String shown(MessageEvent event) {
        if (event.data() instanceof String text) {
            return "text " + (text.length() > 20 ? String.valueOf(text.length()) : text);
        }
        return event.data() instanceof Blob blob ? "blob " + blob.size() : "arraybuffer " + event.bytes().length;
    }

    private void act(WebSocket socket, String when) {
        for (String action : scenario.on().getOrDefault(when, List.of())) {
            String[] words = action.split(" ");
            String[] values = Arrays.copyOfRange(words, 1, words.length);
            try {
                act(socket, words[0], values);
                told(socket, "  " + action);
            } catch (DOMException e) {
                told(socket, "  " + action + " throws " + e.name());
            }
        }
    }

    private static void act(WebSocket socket, String verb, String[] values) {
        int number = values.length > 0 && values[0].matches("\\d+") ? Integer.parseInt(values[0]) : 0;
        switch (verb) {
            case "text" -> socket.send("x".repeat(number));
            case "wide" -> socket.send("é€\uD83D\uDE00\uD800");
            case "bytes" -> socket.send(new byte[number]);
            case "view" -> socket.send(ByteBuffer.allocate(10).position(2).limit(5));
            case "blob" -> socket.send(Blob.of(new byte[number]));
            case "close" -> close(socket, number, values);
            case "binaryType" -> socket.binaryType(values[0].equals("blob") ? BinaryType.BLOB : BinaryType.ARRAYBUFFER);
            case "ignore" -> socket.onmessage(null);
            case "throw" -> throw new IllegalStateException("on purpose");
            default -> throw new AssertionError(verb);
        }
    }

    private static void close(WebSocket socket, int code, String[] values) {
        if (values.length == 0) {
            socket.close();
        } else if (values.length == 1) {
            socket.close(code);
        } else {
            Matcher repeated = Pattern.compile("é\\*(\\d+)").matcher(values[1]);
            socket.close(code, repeated.matches() ? "é".repeat(Integer.parseInt(repeated.group(1))) : values[1]);
        }
    }
}
