package dev.duplex.socketio;

import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An acknowledgement that a client waits for. */
final class Answer implements Ack {
    /** For an event that asks for none. */
    static final Ack NONE = new Ack() {
        @Override
        public boolean isExpected() {
            return false;
        }

        @Override
        public void send(@Nullable Object... arguments) {
            // Nobody waits.
        }
    };

    private final Socket socket;
    private final long number;
    private final AtomicBoolean sent = new AtomicBoolean();

    Answer(Socket socket, long number) {
        this.socket = socket;
        this.number = number;
    }

    @Override
    public boolean isExpected() {
        return true;
    }

    @Override
    public void send(@Nullable Object... arguments) {
        if (sent.compareAndSet(false, true)) {
            List<@Nullable Object> values = new ArrayList<>(arguments.length);
            for (Object argument : arguments) {
                values.add(socket.nsp().server().mapper().toValue(argument));
            }
            socket.write(Packet.of(PacketType.ACK, socket.nsp().name(), values).withId(number));
        }
    }
}
