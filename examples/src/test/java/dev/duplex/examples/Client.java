package dev.duplex.examples;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The JDK's own WebSocket client, with what it receives in a queue. */
final class Client implements WebSocket.Listener, AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    Client(URI uri, String... fieldAndValue) throws Exception {
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        for (int i = 0; i < fieldAndValue.length; i += 2) {
            builder.header(fieldAndValue[i], fieldAndValue[i + 1]);
        }
        socket = builder.buildAsync(uri, this).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void send(String message) throws Exception {
        socket.sendText(message, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void sendPart(byte[] part, boolean last) throws Exception {
        socket.sendBinary(ByteBuffer.wrap(part), last).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    String next() throws InterruptedException {
        String message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("nothing came within " + PATIENCE_SECONDS + " s");
        }
        return message;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            received.add(text.toString());
            text.setLength(0);
        }
        return WebSocket.Listener.super.onText(webSocket, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        received.add("closed " + statusCode + " " + reason);
        return WebSocket.Listener.super.onClose(webSocket, statusCode, reason);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
