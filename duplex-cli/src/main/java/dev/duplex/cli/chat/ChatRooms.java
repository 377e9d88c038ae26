package dev.duplex.cli.chat;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rooms of a server by their names. A room exists as long as somebody is connected to it. The history of an empty
 * room is kept for an hour, of at most {@value #MAX_EMPTY} rooms, the one that was left first being forgotten first.
 * Any thread.
 */
public final class ChatRooms {
    /** The room at {@code /}. */
    public static final String LOBBY = "lobby";

    static final int MAX_ROOMS = 1000;
    static final int MAX_CONNECTIONS_PER_ROOM = 5000;
    static final int MAX_NAME = 64;
    static final int MAX_EMPTY = 100;
    static final Duration EMPTY_KEPT = Duration.ofHours(1);

    private final int maxHistory;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    private final Map<String, Occupied> occupied = new LinkedHashMap<>();

    /** In the order in which they were left. */
    private final Map<String, Empty> empty = new LinkedHashMap<>();

    private static final class Occupied {
        final ChatRoom room;
        int connections;

        Occupied(ChatRoom room) {
            this.room = room;
        }
    }

    private record Empty(ChatRoom room, long since) {}

    /**
     * No rooms yet.
     *
     * @param maxHistory how many messages of a room newcomers get
     */
    public ChatRooms(int maxHistory, Clock clock) {
        this.maxHistory = maxHistory;
        this.clock = clock;
    }

    /** Whether a room may have this name; if not, why, in a sentence. */
    static Optional<String> problemWith(String name) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            return Optional.of(
                    "The name of a room has 1 to " + MAX_NAME + " characters, this one has " + name.length() + ".");
        }
        return name.codePoints().anyMatch(Character::isISOControl)
                ? Optional.of("The name of a room has no control characters.")
                : Optional.empty();
    }

    /** The room, made if need be, with one connection more; empty if there are too many. {@link #leave} must follow. */
    synchronized Optional<ChatRoom> enter(String name) {
        forgetOld();
        Occupied entered = occupied.get(name);
        if (entered == null) {
            if (occupied.size() >= MAX_ROOMS) {
                return Optional.empty();
            }
            Empty kept = empty.remove(name);
            entered = new Occupied(kept == null ? new ChatRoom(name, epoch(), maxHistory, clock) : kept.room());
            occupied.put(name, entered);
        } else if (entered.connections >= MAX_CONNECTIONS_PER_ROOM) {
            return Optional.empty();
        }
        entered.connections++;
        return Optional.of(entered.room);
    }

    /** One connection fewer. */
    synchronized void leave(ChatRoom room) {
        Occupied left = occupied.get(room.name());
        if (left != null && --left.connections == 0) {
            occupied.remove(room.name());
            empty.put(room.name(), new Empty(room, clock.millis()));
        }
        forgetOld();
    }

    private void forgetOld() {
        long oldest = clock.millis() - EMPTY_KEPT.toMillis();
        Iterator<Empty> rooms = empty.values().iterator();
        while (rooms.hasNext()) {
            if (rooms.next().since() >= oldest && empty.size() <= MAX_EMPTY) {
                return;
            }
            rooms.remove();
        }
    }

    private String epoch() {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
