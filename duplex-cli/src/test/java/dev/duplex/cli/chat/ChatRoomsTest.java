package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRoomsTest {
    private final SetClock clock = new SetClock();
    private final ChatRooms rooms = new ChatRooms(10, clock);

    /** A clock that stands until it is moved. */
    private static final class SetClock extends Clock {
        private Instant now = Instant.EPOCH;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private ChatRoom enter(String name) {
        return rooms.enter(name).orElseThrow();
    }

    @Test
    void isOneRoomForAllWhoNameIt() {
        assertThat(enter("tea")).isSameAs(enter("tea")).isNotSameAs(enter("coffee"));
    }

    @Test
    void keepsAnEmptyRoomForAnHour() {
        ChatRoom room = enter("tea");
        rooms.leave(room);
        clock.pass(Duration.ofMinutes(60));
        assertThat(enter("tea")).isSameAs(room);
        rooms.leave(room);
        clock.pass(Duration.ofMinutes(61));
        assertThat(enter("tea")).isNotSameAs(room);
    }

    @Test
    void keepsARoomAsLongAsSomebodyIsThere() {
        ChatRoom room = enter("tea");
        enter("tea");
        rooms.leave(room);
        clock.pass(Duration.ofDays(1));
        assertThat(enter("tea")).isSameAs(room);
    }

    @Test
    void keepsOnlySoManyEmptyRooms() {
        ChatRoom first = enter("first");
        rooms.leave(first);
        for (int i = 0; i < ChatRooms.MAX_EMPTY - 1; i++) {
            rooms.leave(enter("room " + i));
        }
        assertThat(enter("first")).isSameAs(first);
        rooms.leave(first);
        ChatRoom second = enter("room 0");
        rooms.leave(second);
        for (int i = 0; i < ChatRooms.MAX_EMPTY; i++) {
            rooms.leave(enter("other " + i));
        }
        assertThat(enter("room 0")).isNotSameAs(second);
    }

    @Test
    void hasABoundOfRooms() {
        for (int i = 0; i < ChatRooms.MAX_ROOMS; i++) {
            enter("room " + i);
        }
        assertThat(rooms.enter("one more")).isEmpty();
        assertThat(rooms.enter("room 0")).isPresent();
    }

    @Test
    void hasABoundOfConnectionsInARoom() {
        for (int i = 0; i < ChatRooms.MAX_CONNECTIONS_PER_ROOM; i++) {
            enter("tea");
        }
        assertThat(rooms.enter("tea")).isEmpty();
        rooms.leave(enter("coffee"));
        assertThat(rooms.enter("coffee")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\u0007"})
    void refusesNamesThatAreEmptyOrHaveControlCharacters(String name) {
        assertThat(ChatRooms.problemWith(name)).isPresent();
    }

    @Test
    void boundsTheLengthOfNames() {
        assertThat(ChatRooms.problemWith("x".repeat(64))).isEmpty();
        assertThat(ChatRooms.problemWith("x".repeat(65)))
                .hasValueSatisfying(text -> assertThat(text).contains("64", "65"));
    }
}
