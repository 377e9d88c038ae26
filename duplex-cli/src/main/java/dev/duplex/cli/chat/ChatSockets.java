package dev.duplex.cli.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.duplex.socketio.ConnectException;
import dev.duplex.socketio.Emitting;
import dev.duplex.socketio.Next;
import dev.duplex.socketio.Socket;
import dev.duplex.socketio.SocketIoServer;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins the clients of a Socket.IO server to the rooms. A message of {@code duplex-chat.v1} is an event here: its type is
 * the name, its other fields are the argument. On the event loops.
 */
public final class ChatSockets {
    private static final List<String> REQUESTS = List.of("join", "say", "rename");

    /** Several times the longest text. */
    private static final int MAX_BYTES = 64 * 1024;

    private final ChatRooms rooms;
    private final LongSupplier nanoTime;

    /** @param nanoTime nanoseconds of a clock that never goes back, against which the pace of members is measured */
    public ChatSockets(ChatRooms rooms, LongSupplier nanoTime) {
        this.rooms = rooms;
        this.nanoTime = nanoTime;
        Rehearsal.hold();
    }

    /** A server for clients that name their room in {@code auth.room}; the lobby is for those who do not. */
    public SocketIoServer server() {
        SocketIoServer io =
                SocketIoServer.builder().maxHttpBufferSize(MAX_BYTES).build();
        io.use(ChatSockets::decide);
        io.onConnection(this::seat);
        return io;
    }

    private static String roomOf(Socket socket) {
        return socket.handshake().auth().get("room") instanceof String name ? name : ChatRooms.LOBBY;
    }

    private static void decide(Socket socket, Next next) {
        Optional<String> problem = ChatRooms.problemWith(roomOf(socket));
        if (problem.isPresent()) {
            next.refuse(new ConnectException(problem.get()));
        } else {
            next.proceed();
        }
    }

    private void seat(Socket socket) {
        Optional<ChatRoom> room = rooms.enter(roomOf(socket));
        if (room.isEmpty()) {
            socket.disconnect(true);
            return;
        }
        ChatSeat seat = new ChatSeat(room.get(), new SocketLine(socket), nanoTime);
        for (String type : REQUESTS) {
            socket.on(type, arguments -> take(socket, seat, type, arguments.value(0)));
        }
        socket.onDisconnect(reason -> seat.leave(rooms));
    }

    private static void take(Socket socket, ChatSeat seat, String type, @Nullable Object message) {
        try {
            seat.count();
            seat.take(ChatProtocol.read(type, message));
        } catch (ChatProblem problem) {
            emit(socket, ChatProtocol.error(problem));
        }
    }

    private static void emit(Emitting to, String json) {
        ObjectNode message = ChatProtocol.object(json);
        String type = message.remove("type").textValue();
        to.emit(type, message);
    }

    /** Equal to itself only, as a room wants it. */
    private static final class SocketLine implements ChatLine {
        private final Socket socket;

        SocketLine(Socket socket) {
            this.socket = socket;
        }

        @Override
        public String id() {
            return socket.id();
        }

        @Override
        public void send(String text) {
            emit(socket, text);
        }

        @Override
        public void follow(String topic) {
            socket.join(topic);
        }

        @Override
        public void publish(String topic, String text) {
            emit(socket.nsp().to(topic), text);
        }
    }
}
