package dev.duplex.cli.chat;

import dev.duplex.core.CloseCode;
import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Joins the sessions of a server to the rooms. On the event loops. */
public final class ChatHandler implements WebSocketHandler {
    private static final String ATTRIBUTE = "chat.seat";

    private final ChatRooms rooms;
    private final LongSupplier nanoTime;

    /**
     * A handler for the routes {@code /} and {@code /room/{name}}.
     *
     * @param nanoTime nanoseconds of a clock that never goes back, against which the pace of members is measured
     */
    public ChatHandler(ChatRooms rooms, LongSupplier nanoTime) {
        this.rooms = rooms;
        this.nanoTime = nanoTime;
        Rehearsal.hold();
    }

    /** The route of this handler: those who offer the protocol get it, and everybody else speaks plain text. */
    public Route route() {
        return Route.to(this).onUpgrade(ChatHandler::decide);
    }

    private static UpgradeResponse decide(UpgradeRequest request) {
        Optional<String> problem = ChatRooms.problemWith(roomOf(request));
        if (problem.isPresent()) {
            return UpgradeResponse.reject(400, problem.get() + "\n");
        }
        List<String> offered = request.subprotocols();
        if (offered.isEmpty()) {
            return UpgradeResponse.accept();
        }
        return offered.contains(ChatProtocol.NAME)
                ? UpgradeResponse.accept().withSubprotocol(ChatProtocol.NAME)
                : UpgradeResponse.reject(
                        400, "Offer the subprotocol " + ChatProtocol.NAME + ", or none to speak plain text.\n");
    }

    private static String roomOf(UpgradeRequest request) {
        return request.pathParameters().getOrDefault("name", ChatRooms.LOBBY);
    }

    /** Whether a session speaks plain text, and its seat. */
    private record Guest(ChatSeat seat, boolean plain) {}

    @Override
    public void onOpen(Session session) {
        Optional<ChatRoom> room = rooms.enter(roomOf(session.request()));
        if (room.isEmpty()) {
            session.close(CloseCode.TRY_AGAIN_LATER, "the chat is full");
            return;
        }
        boolean plain = session.subprotocol().isEmpty();
        ChatSeat seat = new ChatSeat(room.get(), new SessionLine(session), nanoTime);
        session.attributes().put(ATTRIBUTE, new Guest(seat, plain));
        if (plain) {
            seat.joinPlain();
        }
    }

    @Override
    public void onMessage(Session session, Message message) {
        if (!(session.attributes().get(ATTRIBUTE) instanceof Guest guest)) {
            return;
        }
        try {
            take(guest, message);
        } catch (ChatProblem problem) {
            session.send(guest.plain() ? problem.text() : ChatProtocol.error(problem));
        }
    }

    private static void take(Guest guest, Message message) throws ChatProblem {
        guest.seat().count();
        if (!message.isText()) {
            throw ChatProtocol.bad("Expected text, not binary.");
        }
        if (guest.plain()) {
            guest.seat().sayPlain(message.text());
        } else {
            guest.seat().take(ChatProtocol.read(message.text()));
        }
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        if (session.attributes().remove(ATTRIBUTE) instanceof Guest guest) {
            guest.seat().leave(rooms);
        }
    }

    /** Equal to itself only, as a room wants it. */
    private static final class SessionLine implements ChatLine {
        private final Session session;

        SessionLine(Session session) {
            this.session = session;
        }

        @Override
        public String id() {
            return session.id();
        }

        @Override
        public void send(String text) {
            session.send(text);
        }

        @Override
        public void follow(String topic) {
            session.subscribe(topic);
        }

        @Override
        public void publish(String topic, String text) {
            session.server().publish(topic, text);
        }
    }
}
