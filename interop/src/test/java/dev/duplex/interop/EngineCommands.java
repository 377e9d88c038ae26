package dev.duplex.interop;

import dev.duplex.socketio.engine.CloseReason;
import dev.duplex.socketio.engine.EngineHandler;
import dev.duplex.socketio.engine.EngineSocket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What {@code interop/peers/engine-io-server.js} does, on our server. */
final class EngineCommands implements EngineHandler {
    private final Map<String, CloseReason> ended = new ConcurrentHashMap<>();
    private final Map<String, EngineSocket> asked = new ConcurrentHashMap<>();

    private synchronized void tell(String name) {
        if (ended.containsKey(name) && asked.containsKey(name)) {
            asked.remove(name).send("closed " + name + ": " + ended.get(name));
        }
    }

    @Override
    public void onMessage(EngineSocket socket, String text) {
        if (!text.startsWith("!")) {
            socket.send(text);
            return;
        }
        String[] words = text.split(" ");
        switch (words[0]) {
            case "!close" -> socket.close();
            case "!discard" -> socket.close(true);
            case "!farewell" -> {
                socket.send("last words");
                socket.close();
            }
            case "!many" -> {
                for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                    if (i % 10 == 9) {
                        socket.send(new byte[] {(byte) i});
                    } else {
                        socket.send("message " + i);
                    }
                }
            }
            case "!large" -> socket.send("x".repeat(Integer.parseInt(words[1])));
            case "!transport" -> socket.send(socket.transport().toString());
            case "!closed" -> {
                asked.put(words[1], socket);
                tell(words[1]);
            }
            default -> throw new IllegalArgumentException(text);
        }
    }

    @Override
    public void onMessage(EngineSocket socket, byte[] binary) {
        socket.send(binary);
    }

    @Override
    public void onClose(EngineSocket socket, CloseReason reason, String description) {
        socket.request().query().first("name").ifPresent(name -> {
            ended.put(name, reason);
            tell(name);
        });
    }
}
