package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubprotocolsTest {
    @Test
    void selectsWhatTheServerLikesBest() {
        assertThat(Subprotocols.select(List.of("a", "b", "c"), List.of("x", "c", "a")))
                .contains("c");
    }

    @Test
    void selectsNothingWithoutACommonOne() {
        assertThat(Subprotocols.select(List.of("a"), List.of("b"))).isEmpty();
        assertThat(Subprotocols.select(List.of(), List.of("b"))).isEmpty();
        assertThat(Subprotocols.select(List.of("a"), List.of())).isEmpty();
    }

    @Test
    void selectsWithRegardToCase() {
        assertThat(Subprotocols.select(List.of("Chat"), List.of("chat"))).isEmpty();
    }

    @Test
    void findsWhatIsNoToken() {
        assertThat(Subprotocols.findError(List.of("a", "b c")))
                .contains("expected tokens as subprotocols but got \"b c\"");
    }

    @Test
    void findsWhatIsThereTwiceWithRegardToCase() {
        assertThat(Subprotocols.findError(List.of("a", "b", "a")))
                .contains("expected each subprotocol once but got \"a\" more than once");
        assertThat(Subprotocols.findError(List.of("a", "A"))).isEmpty();
    }
}
