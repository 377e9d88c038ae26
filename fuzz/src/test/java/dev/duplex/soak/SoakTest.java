package dev.duplex.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.fuzz.Logged;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@link Soak} for a few seconds. What memory a process holds says nothing after so short a time, and is left out. */
class SoakTest {

    @Test
    void nothingIsLeftOfAMixedLoadWithFaultsF21C07() throws Exception {
        try (Servers servers = new Servers(Settings.SHORT)) {
            Soak soak = new Soak(servers, Settings.SHORT);
            soak.run(Duration.ofSeconds(2));
            Usage usage = soak.drained();
            assertThat(soak.failures()).isEmpty();
            assertThat(servers.opened).hasValueGreaterThan(0);
            assertThat(usage.timers()).isZero();
        }
        Logged.assertNoErrors();
    }
}
