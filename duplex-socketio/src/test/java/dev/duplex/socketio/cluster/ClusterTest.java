package dev.duplex.socketio.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.Handshake;
import dev.duplex.socketio.RemoteSocket;
import dev.duplex.socketio.Socket;
import dev.duplex.socketio.SocketIoServer;
import dev.duplex.socketio.engine.Http;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two servers and an adapter of another package: whether the SPI has what the messages of Node's Redis adapter need. */
class ClusterTest {
    private final Bus bus = new Bus();
    private final List<WebSocketServer> servers = new ArrayList<>();
    private SocketIoServer first;
    private SocketIoServer second;
    private Http.Frames ann;
    private Http.Frames bob;
    private Socket annsSocket;
    private Socket bobsSocket;

    @BeforeEach
    void start() throws Exception {
        first = SocketIoServer.builder()
                .adapter(namespace -> new BusAdapter(namespace, bus))
                .build();
        second = SocketIoServer.builder()
                .adapter(namespace -> new BusAdapter(namespace, bus))
                .build();
        BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
        for (SocketIoServer io : List.of(first, second)) {
            io.onConnection(sockets::add);
            servers.add(
                    io.attach(WebSocketServer.builder().port(0).eventLoops(1)).start());
        }
        ann = connect(0);
        annsSocket = sockets.poll(30, TimeUnit.SECONDS);
        bob = connect(1);
        bobsSocket = sockets.poll(30, TimeUnit.SECONDS);
        annsSocket.join("room1");
        bobsSocket.join("room1");
        bobsSocket.data().put("user", "u1");
    }

    private Http.Frames connect(int server) throws Exception {
        Http.Frames frames =
                new Http(servers.get(server), "/socket.io/").webSocket("?EIO=4&transport=websocket&flavour=a");
        assertThat(frames.next()).startsWith("0{");
        frames.send("40{\"token\":\"t\"}");
        assertThat(frames.next()).startsWith("40{");
        return frames;
    }

    @AfterEach
    void stop() {
        servers.forEach(WebSocketServer::close);
    }

    @Test
    void eventsReachTheClientsOfAllServers() throws Exception {
        first.emit("ev", 1, "a");
        assertThat(ann.next()).isEqualTo("42[\"ev\",1,\"a\"]");
        assertThat(bob.next()).isEqualTo("42[\"ev\",1,\"a\"]");
        first.to("room1").except("r2").emit("bin");
        assertThat(bob.next()).isEqualTo("42[\"bin\"]");
        first.to("nobody").volatile_().emit("unheard");
        first.local().emit("here");
        assertThat(ann.next()).isEqualTo("42[\"bin\"]");
        assertThat(ann.next()).isEqualTo("42[\"here\"]");
        assertThat(bus.carried())
                .containsExactly(
                        "[\"uid1\",{\"type\":2,\"data\":[\"ev\",1,\"a\"],\"nsp\":\"/\"},"
                                + "{\"rooms\":[],\"except\":[],\"flags\":{}}]",
                        "[\"uid1\",{\"type\":2,\"data\":[\"bin\"],\"nsp\":\"/\"},"
                                + "{\"rooms\":[\"room1\"],\"except\":[\"r2\"],\"flags\":{}}]",
                        "[\"uid1\",{\"type\":2,\"data\":[\"unheard\"],\"nsp\":\"/\"},"
                                + "{\"rooms\":[\"nobody\"],\"except\":[],\"flags\":{\"volatile\":true}}]");
    }

    @Test
    void acknowledgementsOfTheClientsOfAllServersComeTogether() throws Exception {
        var answers = first.timeout(Duration.ofSeconds(30))
                .emitWithAck("q", String.class, "x")
                .toCompletableFuture();
        for (Http.Frames client : List.of(ann, bob)) {
            assertThat(client.next()).isEqualTo("420[\"q\",\"x\"]");
            client.send("430[\"ans-x\"]");
        }
        assertThat(answers.get(30, TimeUnit.SECONDS)).containsExactly("ans-x", "ans-x");
        assertThat(bus.carried().get(0))
                .isEqualTo("{\"uid\":\"uid1\",\"requestId\":\"request1\",\"type\":7,"
                        + "\"packet\":{\"type\":2,\"data\":[\"q\",\"x\"],\"nsp\":\"/\"},"
                        + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{\"timeout\":30000}}}");
        assertThat(bus.carried()).hasSize(3);
    }

    @Test
    void socketsOfOtherServersAreKnownAndMoved() throws Exception {
        List<RemoteSocket> found =
                first.in("room1").fetchSockets().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(found).extracting(RemoteSocket::id).containsExactly(annsSocket.id(), bobsSocket.id());
        assertThat(bus.carried().get(0))
                .isEqualTo("{\"uid\":\"uid1\",\"requestId\":\"request1\",\"type\":5,"
                        + "\"opts\":{\"rooms\":[\"room1\"],\"except\":[]}}");
        RemoteSocket remote = found.get(1);
        assertThat(remote.rooms()).containsExactlyInAnyOrder(bobsSocket.id(), "room1");
        assertThat(remote.data()).containsEntry("user", "u1");
        remote.emit("to bob");
        assertThat(bob.next()).isEqualTo("42[\"to bob\"]");
        remote.join("r9");
        assertThat(bobsSocket.rooms()).contains("r9");
        first.in("room1").socketsLeave("r9");
        assertThat(bobsSocket.rooms()).doesNotContain("r9");
        first.in("room1").disconnectSockets(true);
        assertThat(bob.next()).isEqualTo("41");
        assertThat(bob.next()).isEqualTo("end 1000");
    }

    @Test
    void handshakesOfClientsOfOtherServersAreThoseOfTheirs() throws Exception {
        Handshake own = bobsSocket.handshake();
        List<RemoteSocket> found = first.fetchSockets().toCompletableFuture().get(30, TimeUnit.SECONDS);
        Handshake seen = found.get(1).handshake();
        assertThat(own.toValue())
                .containsOnlyKeys("headers", "time", "address", "xdomain", "secure", "issued", "url", "query", "auth")
                .containsEntry("address", "127.0.0.1")
                .containsEntry("url", own.url());
        assertThat(seen.headers().first("host")).isEqualTo(own.headers().first("host"));
        assertThat(seen.query().first("flavour")).contains("a");
        assertThat(seen.url()).isEqualTo(own.url());
        assertThat(((InetSocketAddress) seen.address()).getHostString()).isEqualTo("127.0.0.1");
        assertThat(seen.secure()).isFalse();
        assertThat(seen.xdomain()).isFalse();
        assertThat(seen.issued().toEpochMilli()).isEqualTo(own.issued().toEpochMilli());
        assertThat(seen.auth()).containsEntry("token", "t");
        assertThat(seen.toValue()).isEqualTo(own.toValue());
    }

    @Test
    void serversTalkToEachOther() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        second.sockets().serverSide().on("hello", Integer.class, (number, ack) -> {
            told.add("hello " + number);
            ack.send("pong" + number);
        });
        first.serverSideEmit("hello", 1);
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("hello 1");
        var answers = first.sockets()
                .serverSideEmitWithAck("hello", 2)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).get(0, String.class)).isEqualTo("pong2");
        assertThat(bus.carried())
                .containsExactly(
                        "{\"uid\":\"uid1\",\"type\":6,\"data\":[\"hello\",1]}",
                        "{\"uid\":\"uid1\",\"requestId\":\"request1\",\"type\":6,\"data\":[\"hello\",2]}",
                        "{\"type\":6,\"requestId\":\"request1\",\"data\":\"pong2\"}");
    }
}
