package dev.duplex.cli.chat;

import java.util.function.LongSupplier;

/** A connection's place in a room, and the pace at which it may speak. One thread at a time. */
final class ChatSeat {
    private static final int BURST = 20;
    private static final int PER_SECOND = 5;

    private final ChatRoom room;
    private final ChatLine line;
    private final LongSupplier nanoTime;
    private final RateLimit pace;

    ChatSeat(ChatRoom room, ChatLine line, LongSupplier nanoTime) {
        this.room = room;
        this.line = line;
        this.nanoTime = nanoTime;
        this.pace = new RateLimit(BURST, PER_SECOND, nanoTime.getAsLong());
    }

    /**
     * Counts something that has come.
     *
     * @throws ChatProblem if it is too much for the time
     */
    void count() throws ChatProblem {
        if (!pace.pass(nanoTime.getAsLong())) {
            throw new ChatProblem(
                    ChatProblem.Code.TOO_FAST,
                    "More than " + PER_SECOND + " messages a second; this one was left out.");
        }
    }

    void take(ChatRequest request) throws ChatProblem {
        if (request instanceof ChatRequest.Join join) {
            room.join(line, join.name());
        } else if (request instanceof ChatRequest.Say say) {
            room.say(line, say.text());
        } else if (request instanceof ChatRequest.Rename rename) {
            room.rename(line, rename.name());
        }
    }

    void joinPlain() {
        room.joinPlain(line);
    }

    void sayPlain(String text) throws ChatProblem {
        room.sayPlain(line, text);
    }

    /** The connection has ended. */
    void leave(ChatRooms rooms) {
        room.leave(line);
        rooms.leave(room);
    }
}
