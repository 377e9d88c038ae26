package dev.duplex.conformance.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Right opening handshakes (RFC 6455 §4), to be sent as they are or changed, and the rules for the answer. */
final class Handshake {
    static final int MAX_HEAD = 64 * 1024;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private Handshake() {}

    /**
     * Where a request goes.
     *
     * @param host the value of {@code Host}
     * @param path with the query
     * @param fields more field lines, such as credentials
     */
    record Target(String host, String path, List<String> fields) {}

    static HttpHead request(Target target, Optional<String> extensions, List<String> subprotocols) {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        List<String> fields = new ArrayList<>(List.of(
                "Host: " + target.host(),
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Key: " + Base64.getEncoder().encodeToString(nonce),
                "Sec-WebSocket-Version: 13"));
        extensions.ifPresent(offer -> fields.add("Sec-WebSocket-Extensions: " + offer));
        if (!subprotocols.isEmpty()) {
            fields.add("Sec-WebSocket-Protocol: " + String.join(", ", subprotocols));
        }
        fields.addAll(target.fields());
        return new HttpHead("GET " + target.path() + " HTTP/1.1", fields, "");
    }

    static HttpHead response(HttpHead request, Optional<String> extensions) {
        List<String> fields = new ArrayList<>(List.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Accept: "
                        + accept(request.joined("Sec-WebSocket-Key").orElse(""))));
        extensions.ifPresent(answer -> fields.add("Sec-WebSocket-Extensions: " + answer));
        request.joined("Sec-WebSocket-Protocol")
                .map(list -> list.split("\\s*,\\s*")[0])
                .ifPresent(first -> fields.add("Sec-WebSocket-Protocol: " + first));
        return new HttpHead("HTTP/1.1 101 Switching Protocols", fields, "");
    }

    /** What a 101 gets wrong about this request; empty if nothing (RFC 6455 §4.1 and §4.2.2). */
    static List<String> faults(HttpHead request, HttpHead response) {
        List<String> faults = new ArrayList<>();
        if (!response.start().startsWith("HTTP/1.1 ")) {
            faults.add("the answer is not HTTP/1.1: " + response.start());
        }
        if (!response.hasToken("Upgrade", "websocket")) {
            faults.add("the 101 has no Upgrade: websocket (RFC 6455 §4.2.2)");
        }
        if (!response.hasToken("Connection", "Upgrade")) {
            faults.add("the 101 has no Connection: Upgrade (RFC 6455 §4.2.2)");
        }
        String accept = accept(request.joined("Sec-WebSocket-Key").orElse(""));
        if (!response.values("Sec-WebSocket-Accept").equals(List.of(accept))) {
            faults.add("Sec-WebSocket-Accept must be " + accept + " but is "
                    + response.joined("Sec-WebSocket-Accept").orElse("missing") + " (RFC 6455 §4.2.2)");
        }
        List<String> chosen = response.values("Sec-WebSocket-Protocol");
        List<String> offered =
                List.of(request.joined("Sec-WebSocket-Protocol").orElse("").split("\\s*,\\s*"));
        if (chosen.size() > 1 || (chosen.size() == 1 && !offered.contains(chosen.get(0)))) {
            faults.add("the 101 chooses the subprotocol " + String.join(", ", chosen)
                    + ", which is not one that was offered (RFC 6455 §4.2.2)");
        }
        if (response.joined("Content-Length")
                        .filter(length -> !length.equals("0"))
                        .isPresent()
                || response.joined("Transfer-Encoding").isPresent()) {
            faults.add("the 101 announces a body (RFC 9110 §8.6)");
        }
        return faults;
    }

    static String accept(String key) {
        try {
            byte[] sha1 = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(sha1);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
