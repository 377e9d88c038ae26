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
    private static final int BURST = 20;
    private static final int PER_SECOND = 5;

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

    /** A session's place: the room, its line and its pace. */
    private record Seat(ChatRoom room, ChatLine line, RateLimit pace, boolean plain) {}

    @Override
    public void onOpen(Session session) {
        Optional<ChatRoom> room = rooms.enter(roomOf(session.request()));
        if (room.isEmpty()) {
            session.close(CloseCode.TRY_AGAIN_LATER, "the chat is full");
            return;
        }
        boolean plain = session.subprotocol().isEmpty();
        Seat seat = new Seat(
                room.get(), new SessionLine(session), new RateLimit(BURST, PER_SECOND, nanoTime.getAsLong()), plain);
        session.attributes().put(ATTRIBUTE, seat);
        if (plain) {
            seat.room().joinPlain(seat.line());
        }
    }

    @Override
    public void onMessage(Session session, Message message) {
        if (!(session.attributes().get(ATTRIBUTE) instanceof Seat seat)) {
            return;
        }
        try {
            take(seat, message);
        } catch (ChatProblem problem) {
            session.send(seat.plain() ? problem.text() : ChatProtocol.error(problem));
        }
    }

    private void take(Seat seat, Message message) throws ChatProblem {
        if (!seat.pace().pass(nanoTime.getAsLong())) {
            throw new ChatProblem(
                    ChatProblem.Code.TOO_FAST,
                    "More than " + PER_SECOND + " messages a second; this one was left out.");
        }
        if (!message.isText()) {
            throw ChatProtocol.bad("Expected text, not binary.");
        }
        if (seat.plain()) {
            seat.room().sayPlain(seat.line(), message.text());
            return;
        }
        ChatRequest request = ChatProtocol.read(message.text());
        if (request instanceof ChatRequest.Join join) {
            seat.room().join(seat.line(), join.name());
        } else if (request instanceof ChatRequest.Say say) {
            seat.room().say(seat.line(), say.text());
        } else if (request instanceof ChatRequest.Rename rename) {
            seat.room().rename(seat.line(), rename.name());
        }
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        if (session.attributes().remove(ATTRIBUTE) instanceof Seat seat) {
            seat.room().leave(seat.line());
            rooms.leave(seat.room());
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
