package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A pong that no ping has asked for (RFC 6455 §5.5.3). */
class PongTest {
    @Test
    void aPongGoesOutThatNobodyHasAskedFor() throws Exception {
        BlockingQueue<PeerFrame> frames = new LinkedBlockingQueue<>();
        Recorder recorder = new Recorder();
        try (RawServer server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            while (true) {
                frames.add(PeerFrame.read(connection));
            }
        })) {
            WebSocket socket = new WebSocket(server.url(), WebSocketOptions.DEFAULT, recorder.handlers());
            assertThatThrownBy(() -> socket.pong(new byte[0])).isInstanceOf(DOMException.InvalidStateError.class);
            assertThat(recorder.next()).isEqualTo("open");
            socket.pong("alive".getBytes());
            PeerFrame frame = frames.poll(30, TimeUnit.SECONDS);
            assertThat(frame).isNotNull();
            assertThat(frame.opcode()).isEqualTo(PeerFrame.PONG);
            assertThat(frame.text()).isEqualTo("alive");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> socket.pong(new byte[126]))
                    .withMessageContaining("125");
            socket.close();
        }
    }
}
