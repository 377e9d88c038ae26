package dev.duplex.cli.echo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** A request as JSON, the way it arrived. */
final class RequestJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RequestJson() {}

    /** Answers a request with itself. */
    static HttpResponse answer(HttpRequest request) {
        ObjectNode json = of(request);
        byte[] body = request.body();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            json.put("body", text);
        } catch (CharacterCodingException e) {
            json.put("bodyBase64", Base64.getEncoder().encodeToString(body));
        }
        return HttpResponse.json(200, json.toPrettyString() + "\n")
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff");
    }

    /** Method, path, query, header fields and address; what stands once is a string, what is repeated an array. */
    static ObjectNode of(HttpRequest request) {
        ObjectNode json = JSON.createObjectNode();
        json.put("method", request.method());
        json.put("target", request.target());
        json.put("path", request.path());
        ObjectNode query = json.putObject("query");
        for (String name : request.query().names()) {
            put(query, name, request.query().all(name));
        }
        ObjectNode headers = json.putObject("headers");
        request.fields().forEach(field -> {
            if (!headers.has(field.name())) {
                put(headers, field.name(), request.fields().values(field.name()));
            }
        });
        json.put("remoteAddress", address(request.remoteAddress()));
        json.put("secure", request.secure());
        return json;
    }

    private static void put(ObjectNode json, String name, List<String> values) {
        if (values.size() == 1) {
            json.put(name, values.get(0));
        } else {
            ArrayNode all = json.putArray(name);
            values.forEach(all::add);
        }
    }

    private static String address(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return String.valueOf(address);
        }
        String host = inet.getAddress() == null
                ? inet.getHostString()
                : inet.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
}
