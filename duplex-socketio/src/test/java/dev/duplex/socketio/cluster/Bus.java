package dev.duplex.socketio.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Carries messages between the servers of a test, and keeps them as JSON. */
final class Bus {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<BusAdapter> servers = new CopyOnWriteArrayList<>();
    private final List<String> carried = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();

    synchronized String add(BusAdapter server) {
        servers.add(server);
        return "uid" + servers.size();
    }

    int size() {
        return servers.size();
    }

    String nextRequest() {
        return "request" + requests.incrementAndGet();
    }

    List<String> carried() {
        return carried;
    }

    private void keep(Object message) {
        try {
            carried.add(JSON.writeValueAsString(message));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    void broadcast(BusAdapter from, List<Object> message) {
        keep(message);
        servers.stream().filter(server -> server != from).forEach(server -> server.onBroadcast(message));
    }

    void request(BusAdapter from, Map<String, Object> request) {
        keep(request);
        servers.stream().filter(server -> server != from).forEach(server -> server.onRequest(request));
    }

    void respond(Map<String, Object> request, Map<String, Object> response) {
        keep(response);
        servers.stream()
                .filter(server -> server.uid().equals(request.get("uid")))
                .forEach(server -> server.onResponse(response));
    }
}
