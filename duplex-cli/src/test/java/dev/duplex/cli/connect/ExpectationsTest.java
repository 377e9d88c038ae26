package dev.duplex.cli.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
    private static void receive(Expectations expectations, String... messages) {
        for (String message : messages) {
            expectations.received(message.getBytes(UTF_8));
        }
    }

    @Test
    void asksForNothingByDefault() {
        Expectations none = new Expectations(0, null, List.of());
        assertThat(none.any()).isFalse();
        assertThat(none.unmet()).isEmpty();
    }

    @Test
    void countsMessages() {
        Expectations two = new Expectations(2, null, List.of());
        receive(two, "a");
        assertThat(two.complete()).isFalse();
        assertThat(two.unmet()).isEqualTo("expected 2 messages but got 1 (--count)");
        receive(two, "b");
        assertThat(two.complete()).isTrue();
        assertThat(two.unmet()).isEmpty();
    }

    @Test
    void waitsForTheLastMessage() {
        Expectations done = new Expectations(0, Pattern.compile("^done"), List.of());
        receive(done, "not done");
        assertThat(done.complete()).isFalse();
        assertThat(done.unmet()).contains("'^done'").contains("--until");
        receive(done, "done!");
        assertThat(done.complete()).isTrue();
        assertThat(done.unmet()).isEmpty();
    }

    @Test
    void isCompleteWhenAllThatIsExpectedHasComeInAnyOrder() {
        Expectations both = new Expectations(0, null, List.of(Pattern.compile("a"), Pattern.compile("b")));
        receive(both, "b");
        assertThat(both.complete()).isFalse();
        assertThat(both.unmet()).contains("'a'");
        receive(both, "a");
        assertThat(both.any()).isTrue();
        assertThat(both.complete()).isTrue();
        assertThat(both.unmet()).isEmpty();
    }

    @Test
    void aCountEndsItWhateverElseIsExpected() {
        Expectations one = new Expectations(1, null, List.of(Pattern.compile("a")));
        receive(one, "b");
        assertThat(one.complete()).isTrue();
        assertThat(one.unmet()).contains("'a'");
    }
}
