package dev.duplex.core.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.core.deflate.DeflateOptions.Mode;
import org.junit.jupiter.api.Test;

class DeflateOptionsTest {
    @Test
    void sharesByDefault() {
        assertThat(DeflateOptions.SHARED).isEqualTo(new DeflateOptions(true, Mode.SHARED, 3, 1024, 15, 15, 256));
        assertThat(DeflateOptions.DEDICATED).isEqualTo(new DeflateOptions(true, Mode.DEDICATED, 3, 128, 15, 15, 256));
        assertThat(DeflateOptions.DISABLED.enabled()).isFalse();
    }

    @Test
    void changesOneThingAtATime() {
        assertThat(DeflateOptions.SHARED
                        .withLevel(9)
                        .withThreshold(7)
                        .withServerMaxWindowBits(8)
                        .withClientMaxWindowBits(9)
                        .withMaxDedicated(10)
                        .withEnabled(false))
                .isEqualTo(new DeflateOptions(false, Mode.SHARED, 9, 7, 8, 9, 10));
    }

    @Test
    void theThresholdFollowsTheModeUnlessItWasChosen() {
        assertThat(DeflateOptions.DEDICATED.withMode(Mode.SHARED)).isEqualTo(DeflateOptions.SHARED);
        assertThat(DeflateOptions.DEDICATED
                        .withThreshold(10)
                        .withMode(Mode.SHARED)
                        .threshold())
                .isEqualTo(10);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        DeflateOptions options = DeflateOptions.SHARED;
        refuses(() -> options.withLevel(0), "level must be 1 to 9 but was 0");
        refuses(() -> options.withLevel(10), "level must be 1 to 9 but was 10");
        refuses(() -> options.withThreshold(-1), "threshold must not be negative but was -1");
        refuses(() -> options.withMaxDedicated(-1), "maxDedicated must not be negative but was -1");
        refuses(() -> options.withServerMaxWindowBits(7), "serverMaxWindowBits must be 8 to 15 but was 7");
        refuses(() -> options.withClientMaxWindowBits(16), "clientMaxWindowBits must be 8 to 15 but was 16");
        refuses(() -> new DeflateParameters(false, false, 16, 15), "serverMaxWindowBits must be 8 to 15 but was 16");
        refuses(() -> new DeflateParameters(false, false, 15, 0), "clientMaxWindowBits must be 8 to 15 but was 0");
    }

    private static void refuses(Runnable change, String message) {
        assertThatIllegalArgumentException().isThrownBy(change::run).withMessageContaining(message);
    }
}
