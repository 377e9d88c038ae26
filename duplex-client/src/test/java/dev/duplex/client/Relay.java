package dev.duplex.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/** Proxies that work: they are told where to go to, connect to the loopback instead, and carry bytes. */
final class Relay {
    private Relay() {}

    /** Takes CONNECT, and notes the requests. */
    static RawServer http(List<String> requests) throws IOException {
        return RawServer.on(listening(ServerSocketFactory.getDefault()), connecting(requests));
    }

    static java.net.ServerSocket listening(ServerSocketFactory factory) throws IOException {
        return factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static RawServer.Script connecting(List<String> requests) {
        return (socket, request) -> {
            requests.add(request);
            String authority = request.split(" ")[1];
            Socket server = connected(Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1)));
            RawServer.write(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
            carry(socket, server);
        };
    }

    /** Takes SOCKS5, and notes where to. If there is a user, it wants the password "secret" of him. */
    static RawServer socks(String user, List<String> targets) throws IOException {
        return RawServer.mute((socket, none) -> {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readByte();
            byte[] methods = in.readNBytes(in.readByte());
            if (user == null) {
                socket.getOutputStream().write(new byte[] {5, 0});
            } else if (new String(methods, StandardCharsets.ISO_8859_1).indexOf(2) < 0) {
                socket.getOutputStream().write(new byte[] {5, (byte) 0xFF});
                return;
            } else {
                socket.getOutputStream().write(new byte[] {5, 2});
                in.readByte();
                boolean right = (text(in) + ":" + text(in)).equals(user + ":secret");
                socket.getOutputStream().write(new byte[] {1, (byte) (right ? 0 : 1)});
            }
            in.readNBytes(3);
            int type = in.readByte();
            String host = type == 3
                    ? text(in)
                    : InetAddress.getByAddress(in.readNBytes(type == 1 ? 4 : 16))
                            .getHostAddress();
            int port = in.readUnsignedShort();
            targets.add(host + ":" + port);
            Socket server = connected(port);
            socket.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            carry(socket, server);
        });
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII);
    }

    private static Socket connected(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void carry(Socket client, Socket server) throws IOException {
        RawServer.start(() -> copy(server, client));
        copy(client, server);
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one of them has gone
        }
    }

    static List<String> notes() {
        return new CopyOnWriteArrayList<>();
    }
}
