package dev.duplex.server;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The other end of a {@link ServerJvm}: one command per line of its input, one line of output as the answer. */
final class ServerJvmMain {
    private final Map<Integer, Hosted> hosted = new HashMap<>();
    private final Map<Integer, WebSocketServer> servers = new HashMap<>();

    private ServerJvmMain() {}

    public static void main(String[] arguments) throws Exception {
        ServerJvmMain main = new ServerJvmMain();
        // Loaded now, since a test may leave this JVM without a descriptor to read a class with.
        Footprint.measure(0).format();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(main.answer(line.split(" ", 3)));
        }
        System.exit(0);
    }

    private String answer(String[] command) throws Exception {
        switch (command[0]) {
            case "serve" -> {
                Hosted made = (Hosted)
                        Class.forName(command[1]).getDeclaredConstructor().newInstance();
                WebSocketServer server = made.server().port(0).start();
                hosted.put(server.port(), made);
                servers.put(server.port(), server);
                return Integer.toString(server.port());
            }
            case "ask" -> {
                int port = Integer.parseInt(command[1]);
                return hosted.get(port).ask(servers.get(port), command[2]);
            }
            case "stop" -> {
                int port = Integer.parseInt(command[1]);
                servers.remove(port).close();
                hosted.remove(port);
                return "stopped";
            }
            case "footprint" -> {
                return Footprint.measure(servers.values().stream()
                                .mapToInt(server -> server.sessions().size())
                                .sum())
                        .format();
            }
            default -> throw new IllegalArgumentException(command[0]);
        }
    }
}
