package dev.duplex.socketio.engine;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.socketio.internal.ContentCoding;
import dev.duplex.socketio.internal.Json;
import dev.duplex.socketio.internal.engine.EngineCodec;
import dev.duplex.socketio.internal.engine.Packet;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The responses of polling. Stateless but for the settings. */
final class PollingAnswers {
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final String BYTES = "application/octet-stream";
    private static final String SCRIPT = "text/javascript; charset=UTF-8";

    private final EngineBuilder<?> settings;

    PollingAnswers(EngineBuilder<?> settings) {
        this.settings = settings;
    }

    /** The payload of these packets for the session of this id, in the revision and the form that the request asks for. */
    HttpResponse payload(HttpRequest request, String id, List<Packet> packets) {
        EngineCodec codec = EngineCodec.of(EngineQuery.revision(request));
        boolean script = EngineQuery.jsonp(request).isPresent();
        boolean supportsBinary = !script && !EngineQuery.has(request, "b64");
        EngineCodec.Payload payload = codec.encodePayload(packets, supportsBinary);
        byte[] body = payload.bytes();
        String type = payload.binary() ? BYTES : TEXT;
        if (script) {
            body = Jsonp.script(EngineQuery.jsonp(request).get(), new String(body, StandardCharsets.UTF_8));
            type = SCRIPT;
        }
        HttpFields.Builder fields = HttpFields.builder();
        if (packets.stream().anyMatch(Packet::compress) && body.length >= settings.httpCompressionThreshold) {
            ContentCoding coding = ContentCoding.accepted(request.fields().values("Accept-Encoding"))
                    .orElse(null);
            if (coding != null) {
                body = coding.encode(body);
                fields.add("Content-Encoding", coding.token());
            }
        }
        return finished(request, HttpResponse.bytes(200, type, body), fields, id);
    }

    /** The answer to a POST whose packets were taken. */
    HttpResponse ok(HttpRequest request) {
        // Not text/plain, for which old browsers would open a dialog for a download.
        HttpResponse response = HttpResponse.bytes(200, "text/html", "ok".getBytes(StandardCharsets.US_ASCII));
        return finished(request, response, HttpFields.builder(), "");
    }

    private HttpResponse finished(HttpRequest request, HttpResponse response, HttpFields.Builder fields, String id) {
        fields.add("Cache-Control", "no-store");
        if (!EngineQuery.has(request, "sid")) {
            if (settings.cookie != null) {
                fields.add("Set-Cookie", settings.cookie.apply(id).toFieldValue());
            }
            settings.initialHeaders.accept(fields, request);
        }
        settings.headers.accept(fields, request);
        return response.addHeaders(fields.build());
    }

    /** A refusal in JSON. */
    static HttpResponse error(EngineError error, String message) {
        return HttpResponse.json(
                error.status(), "{\"code\":" + error.code() + ",\"message\":" + Json.quote(message) + "}");
    }

    /** A body larger than {@code maxHttpBufferSize}. */
    HttpResponse tooLarge(HttpRequest request) {
        HttpResponse response = HttpResponse.text(
                413, "The body is larger than " + settings.maxHttpBufferSize + " bytes (maxHttpBufferSize).\n");
        // This answer is given before the handler is asked.
        return settings.cors == null ? response : response.addHeaders(settings.cors.fields(request));
    }
}
