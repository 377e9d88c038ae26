import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import java.net.InetAddress;
import java.net.ServerSocket;

/** What bench-socketio drives: netty-socketio. */
public final class NettySocketIoServer {
    private NettySocketIoServer() {}

    public static void main(String[] args) throws Exception {
        int port;
        // It does not tell which port it was given.
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Configuration configuration = new Configuration();
        configuration.setHostname("127.0.0.1");
        configuration.setPort(port);
        configuration.setBossThreads(1);
        configuration.setWorkerThreads(1);
        configuration.setUseLinuxNativeEpoll(true);
        SocketIOServer server = new SocketIOServer(configuration);
        server.addEventListener("echo", String.class, (client, text, ack) -> ack.sendAckData(text));
        server.addEventListener("join", String.class, (client, room, ack) -> {
            client.joinRoom(room);
            ack.sendAckData();
        });
        server.addEventListener(
                "say", String.class, (client, text, ack) -> server.getRoomOperations("room").sendEvent("said", text));
        server.start();
        System.out.println(port);
    }
}
