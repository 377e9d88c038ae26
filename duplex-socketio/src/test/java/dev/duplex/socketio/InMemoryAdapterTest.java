package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryAdapterTest {
    private final SocketIoServer io =
            SocketIoServer.builder().maxRoomsPerSocket(3).build();
    private final InMemoryAdapter adapter = new InMemoryAdapter(io.sockets());

    /** Rooms that let something happen when the adapter begins to look at them. */
    private static final class Rooms extends AbstractSet<String> {
        private final Set<String> rooms;
        private final Runnable meanwhile;

        Rooms(Runnable meanwhile, String... rooms) {
            this.rooms = Set.of(rooms);
            this.meanwhile = meanwhile;
        }

        @Override
        public Iterator<String> iterator() {
            meanwhile.run();
            return rooms.iterator();
        }

        @Override
        public int size() {
            return rooms.size();
        }
    }

    @AfterEach
    void stop() {
        io.close();
    }

    @Test
    void aClientThatLeavesWhileItJoinsStaysInNoRoom() throws Exception {
        adapter.addAll("id", Set.of("id"));
        Thread leaving = new Thread(() -> adapter.delAll("id"));
        adapter.addAll(
                "id",
                new Rooms(
                        () -> {
                            leaving.start();
                            Threads.awaitBlockedOrEnded(leaving);
                        },
                        "room"));
        // What a socket does that finds that it has left.
        adapter.delAll("id");
        Threads.join(leaving);
        assertThat(adapter.socketRooms("id")).isEmpty();
        assertThat(adapter.rooms()).isEmpty();
    }

    @Test
    void listenersAreToldOnceItHasHappenedAndMayMoveClientsThemselves() {
        List<String> told = new ArrayList<>();
        adapter.onCreateRoom(room -> told.add("create " + room));
        adapter.onJoinRoom((room, id) -> {
            told.add(id + " joins " + room);
            adapter.addAll(id, Set.of("all"));
        });
        adapter.onLeaveRoom((room, id) -> {
            told.add(id + " leaves " + room);
            adapter.del(id, "all");
        });
        adapter.onDeleteRoom(room -> told.add("delete " + room));
        adapter.addAll("ann", Set.of("red"));
        adapter.addAll("bob", Set.of("red"));
        adapter.addAll("bob", Set.of("red"));
        adapter.del("ann", "red");
        adapter.delAll("nobody");
        assertThat(adapter.rooms()).containsExactlyInAnyOrder("red", "all");
        adapter.del("bob", "red");
        adapter.del("bob", "red");
        assertThat(told)
                .containsExactly(
                        "create red",
                        "ann joins red",
                        "create all",
                        "ann joins all",
                        "bob joins red",
                        "bob joins all",
                        "ann leaves red",
                        "ann leaves all",
                        "bob leaves red",
                        "bob leaves all",
                        "delete all",
                        "delete red");
        assertThat(adapter.rooms()).isEmpty();
    }

    @Test
    void beyondTheBoundAClientComesIntoNoRoomAtAll() {
        adapter.addAll("id", Set.of("id", "a"));
        assertThatThrownBy(() -> adapter.addAll("id", Set.of("a", "b", "c"))).hasMessageContaining("maxRoomsPerSocket");
        assertThatThrownBy(() -> adapter.addAll("other", Set.of("a", "b", "c", "d")))
                .hasMessageContaining("maxRoomsPerSocket");
        assertThat(adapter.rooms()).containsExactlyInAnyOrder("id", "a");
        assertThat(adapter.socketRooms("id")).containsExactlyInAnyOrder("id", "a");
        assertThat(adapter.socketRooms("other")).isEmpty();
        adapter.addAll("id", Set.of("a", "b"));
        assertThat(adapter.socketRooms("id")).containsExactlyInAnyOrder("id", "a", "b");
    }
}
