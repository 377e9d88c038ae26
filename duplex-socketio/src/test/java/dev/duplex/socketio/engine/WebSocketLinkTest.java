package dev.duplex.socketio.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.socketio.internal.engine.EngineCodec;
import dev.duplex.socketio.internal.engine.Packet;
import dev.duplex.transport.SendResult;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebSocketLinkTest {
    private final List<Message> sent = new ArrayList<>();

    /** Of a session it only takes messages. */
    private final Session session = (Session) Proxy.newProxyInstance(
            Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("send");
                sent.add((Message) arguments[0]);
                return SendResult.SENT;
            });

    private final WebSocketLink link = new WebSocketLink(session, EngineCodec.of(4));

    @Test
    void sendsTextWithItsTypeAndBinaryAsItIs() {
        link.send(Packet.message("h\u00e9", true));
        link.send(Packet.message(new byte[] {1, 2}, true));
        assertThat(sent.get(0).isText()).isTrue();
        assertThat(sent.get(0).text()).isEqualTo("4h\u00e9");
        assertThat(sent.get(0).size()).isEqualTo("4h\u00e9".getBytes(UTF_8).length);
        assertThat(sent.get(1).isText()).isFalse();
        assertThat(sent.get(1).bytes()).containsExactly(1, 2);
    }

    @Test
    void leavesUncompressedWhatIsNotToBeCompressed() {
        for (boolean compress : List.of(true, false)) {
            link.send(Packet.message("text", compress));
            link.send(Packet.message(new byte[] {1}, compress));
        }
        assertThat(sent).extracting(Message::mayCompress).containsExactly(true, true, false, false);
    }
}
