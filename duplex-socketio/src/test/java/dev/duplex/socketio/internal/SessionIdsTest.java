package dev.duplex.socketio.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionIdsTest {
    @Test
    void idsAreTwentyCharactersEachOfWhichMayBeAnyAndNoneComesTwice() {
        SessionIds ids = new SessionIds();
        Set<String> all = new HashSet<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            String id = ids.next();
            assertThat(id).matches("[A-Za-z0-9_-]{20}");
            all.add(id);
            for (int at = 0; at < id.length(); at++) {
                seen.add(at + " " + id.charAt(at));
            }
        }
        assertThat(all).hasSize(20_000);
        // 6 bits in each of 20 characters; that one of them is missing by chance has a probability below 1e-130.
        assertThat(seen).hasSize(20 * 64);
    }
}
