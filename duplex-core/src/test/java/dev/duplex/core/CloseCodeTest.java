package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CloseCodeTest {
    @Test
    void exactlyTheRegisteredAndThePrivateCodesMayStandInAFrame() {
        IntStream expected = IntStream.concat(
                IntStream.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
                IntStream.rangeClosed(3000, 4999));
        assertThat(IntStream.rangeClosed(-1, 70_000)
                        .filter(CloseCode::isValidOnWire)
                        .toArray())
                .isEqualTo(expected.toArray());
    }

    @Test
    void checksTheCodeAndTheReason() {
        assertThatCode(() -> CloseCode.check(1000, "a".repeat(123))).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseCode.check(1005, ""))
                .withMessage("close code must be 1000-1003, 1007-1014 or 3000-4999 but was 1005 (RFC 6455 §7.4)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseCode.check(1000, "a".repeat(124)))
                .withMessage("close reason must be at most 123 bytes of UTF-8 but was 124 (RFC 6455 §5.5)");
        assertThatIllegalArgumentException().isThrownBy(() -> CloseCode.check(1000, "ä".repeat(62)));
    }
}
