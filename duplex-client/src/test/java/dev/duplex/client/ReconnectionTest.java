package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.ReconnectingWebSocket.Stop;
import dev.duplex.client.Reconnection.End;
import dev.duplex.client.Reconnection.Next;
import dev.duplex.client.Reconnection.Wait;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.transport.CloseKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When to try again, on a clock that only these tests move. */
class ReconnectionTest {
    private static final Instant WALL_CLOCK = Instant.parse("2026-11-21T08:00:00Z");
    private static final ReconnectPolicy DEFAULT = ReconnectPolicy.DEFAULT;

    /** The longest delay that jitter allows, each time. */
    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private long now = seconds(1_000_000);

    private static long seconds(double seconds) {
        return (long) (seconds * 1e9);
    }

    private static Disconnection code(int code) {
        return new Disconnection(CloseKind.CLOSED_BY_PEER, code, "", Optional.empty(), "closed by the peer");
    }

    private static Disconnection refused() {
        return new Disconnection(CloseKind.NOT_CONNECTED, 1006, "", Optional.empty(), "connection refused");
    }

    private static Disconnection status(int status, String... fields) {
        HttpFields with = fields.length == 0 ? HttpFields.EMPTY : HttpFields.of(fields[0], fields[1]);
        return new Disconnection(
                CloseKind.REFUSED, 1006, "", Optional.of(new HandshakeResponse(status, with, "")), "refused");
    }

    private static ReconnectPolicy policy(int maxAttempts, Duration giveUpAfter) {
        return new ReconnectPolicy(
                DEFAULT.backoffBase(),
                DEFAULT.backoffCap(),
                DEFAULT.stableAfter(),
                maxAttempts,
                giveUpAfter,
                DEFAULT.maxRetryAfter(),
                DEFAULT.terminalCloseCodes(),
                DEFAULT.terminalStatuses());
    }

    private static Reconnection reconnection() {
        return new Reconnection(DEFAULT, false, LONGEST);
    }

    private Next lose(Reconnection reconnection, Disconnection why) {
        reconnection.attempt(now);
        return reconnection.lost(why, now, WALL_CLOCK);
    }

    private Duration delay(Reconnection reconnection, Disconnection why) {
        Next next = lose(reconnection, why);
        assertThat(next).isInstanceOf(Wait.class);
        return ((Wait) next).delay();
    }

    private void stay(Reconnection reconnection, double seconds) {
        reconnection.attempt(now);
        reconnection.opened(now);
        now += seconds(seconds);
    }

    // ----------------------------------------------------------------------------------------------------------
    // backoff

    @Test
    void theBoundDoublesUpToTheCap() {
        Reconnection reconnection = reconnection();
        List<Long> bounds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            bounds.add(delay(reconnection, refused()).toSeconds());
        }
        assertThat(bounds).containsExactly(2L, 4L, 8L, 16L, 30L, 30L, 30L, 30L);
    }

    @Test
    void theBoundStaysAtTheCapForEver() {
        Reconnection reconnection = reconnection();
        for (int i = 0; i < 10_000; i++) {
            delay(reconnection, refused());
        }
        assertThat(delay(reconnection, refused())).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void afterAStableConnectionItBeginsAgain() {
        Reconnection reconnection = reconnection();
        for (int i = 0; i < 5; i++) {
            delay(reconnection, refused());
        }
        assertThat(reconnection.attempt(now)).isEqualTo(6);
        stay(reconnection, 30);
        assertThat(delay(reconnection, code(1006))).isEqualTo(Duration.ofSeconds(1));
        assertThat(reconnection.attempt(now)).isEqualTo(1);
    }

    @Test
    void aServerThatAcceptsAndDropsIsNotAskedEverySecond() {
        Reconnection reconnection = reconnection();
        List<Long> bounds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stay(reconnection, 29.9);
            bounds.add(delay(reconnection, code(1006)).toSeconds());
        }
        assertThat(bounds).containsExactly(2L, 4L, 8L, 16L, 30L);
    }

    @Test
    void anyDelayUpToTheBoundIsAsLikely() {
        Random random = new Random(6455);
        int samples = 20_000;
        double[] quantiles = new double[samples];
        for (int i = 0; i < samples; i++) {
            Reconnection reconnection = new Reconnection(DEFAULT, false, random);
            quantiles[i] = delay(reconnection, refused()).toNanos() / (double) seconds(2);
        }
        Arrays.sort(quantiles);
        double furthest = 0; // Kolmogorov-Smirnov: from the even distribution
        for (int i = 0; i < samples; i++) {
            furthest = Math.max(furthest, Math.abs(quantiles[i] - (i + 0.5) / samples));
        }
        // 1.63 / sqrt(n) is passed by one in a hundred even distributions; the seed is fixed.
        assertThat(furthest).isLessThan(1.63 / Math.sqrt(samples));
    }

    // ------------------------------------------------------------------------------------------------ row K06: a crowd

    /** One of many clients of a server. */
    private static final class Client {
        final Reconnection reconnection;
        int attempts;

        Client(long seed) {
            reconnection = new Reconnection(DEFAULT, false, new Random(seed));
        }
    }

    private record Attempt(long at, Client by) {}

    /** The times at which 1,000 clients try, in seconds since the server has gone; each stops when it is back. */
    private static List<Double> attemptsOfACrowd(double downFor, Disconnection whileDown) {
        PriorityQueue<Attempt> queue = new PriorityQueue<>((a, b) -> Long.compare(a.at(), b.at()));
        Random seeds = new Random(7692);
        for (int i = 0; i < 1000; i++) {
            Client client = new Client(seeds.nextLong());
            client.reconnection.attempt(0);
            client.reconnection.opened(0);
            Next next = client.reconnection.lost(code(1001), seconds(3600), WALL_CLOCK);
            queue.add(new Attempt(((Wait) next).delay().toNanos(), client));
        }
        List<Double> times = new ArrayList<>();
        while (!queue.isEmpty()) {
            Attempt attempt = queue.remove();
            Client client = attempt.by();
            times.add(attempt.at() / 1e9);
            client.attempts++;
            long clock = seconds(3600) + attempt.at();
            assertThat(client.reconnection.attempt(clock)).isEqualTo(client.attempts);
            if (attempt.at() < seconds(downFor)) {
                Wait wait = (Wait) client.reconnection.lost(whileDown, clock, WALL_CLOCK);
                queue.add(new Attempt(attempt.at() + wait.delay().toNanos(), client));
            }
        }
        return times;
    }

    private static long between(List<Double> times, double from, double to) {
        return times.stream().filter(time -> time >= from && time < to).count();
    }

    @Test
    void aThousandClientsOfAServerThatIsDownForAMinuteComeBackSpreadOut() {
        List<Double> times = attemptsOfACrowd(60, refused());
        // They were cut off in one moment, and their first attempts fill the first second evenly.
        for (int tenth = 0; tenth < 10; tenth++) {
            assertThat(between(times, tenth / 10.0, (tenth + 1) / 10.0)).isBetween(60L, 180L);
        }
        // Then the pressure on the server falls: attempts per second from the 16th on are less than one in twelve of
        // those of the first.
        long first = between(times, 0, 1);
        for (int second = 16; second < 60; second++) {
            assertThat(between(times, second, second + 1)).isLessThan(first / 10);
        }
        // Once it is back they come within the cap, none late, and no second has more than a tenth of them.
        assertThat(between(times, 60, 90.1)).isEqualTo(1000);
        assertThat(between(times, 90.1, Double.MAX_VALUE)).isZero();
        for (int second = 60; second < 90; second++) {
            assertThat(between(times, second, second + 1)).isLessThan(100);
        }
        // Half of them within the first half of the cap: nobody waits for nothing.
        assertThat(between(times, 60, 75)).isGreaterThan(500);
        assertThat(times.size()).isLessThan(1000 * 12);
    }

    @Test
    void aCrowdThatWasToldToRetryAfter20SecondsDoesNotComeBackInThatSecond() {
        List<Double> times = attemptsOfACrowd(5, status(503, "Retry-After", "20"));
        assertThat(between(times, 0, 1)).isEqualTo(1000);
        assertThat(between(times, 1, 20)).isZero();
        // 20 s and up to 2 s of jitter after an attempt in the first second.
        assertThat(between(times, 20, 23)).isEqualTo(1000);
        for (int quarter = 0; quarter < 12; quarter++) {
            assertThat(between(times, 20 + quarter / 4.0, 20.25 + quarter / 4.0))
                    .isLessThan(200);
        }
    }

    // ------------------------------------------------------------------------------------------------------
    // Retry-After

    @Test
    void aRetryAfterComesOnTopOfTheJitter() {
        assertThat(delay(reconnection(), status(429, "Retry-After", "7"))).isEqualTo(Duration.ofSeconds(7 + 2));
    }

    @Test
    void aRetryAfterMayBeADate() {
        assertThat(delay(reconnection(), status(503, "Retry-After", "Sat, 21 Nov 2026 08:00:40 GMT")))
                .isEqualTo(Duration.ofSeconds(40 + 2));
    }

    @Test
    void aRetryAfterIsCapped() {
        assertThat(delay(reconnection(), status(503, "Retry-After", "86400")))
                .isEqualTo(Duration.ofMinutes(5).plusSeconds(2));
    }

    // --------------------------------------------------------------------------------------------------------- the end

    private void ends(Next next, Stop why, String words) {
        assertThat(next).isEqualTo(new End(why, words));
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003})
    void aTerminalCloseCodeEndsIt(int code) {
        Reconnection reconnection = reconnection();
        stay(reconnection, 3600);
        ends(
                lose(reconnection, code(code)),
                Stop.TERMINAL,
                "the close code " + code + " says not to try again (terminalCloseCodes)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1005, 1006, 1011, 1012, 1013, 1014, 3008, 4000, 4401, 4999})
    void anotherCloseCodeDoesNot(int code) {
        assertThat(lose(reconnection(), code(code))).isInstanceOf(Wait.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 200, 301, 307, 400, 401, 403, 404, 405, 407, 410, 426, 501, 505})
    void aTerminalStatusEndsIt(int status) {
        ends(
                lose(reconnection(), status(status)),
                Stop.TERMINAL,
                "the status " + status + " says not to try again (terminalStatuses)");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 520, 599})
    void anotherStatusDoesNot(int status) {
        assertThat(lose(reconnection(), status(status))).isInstanceOf(Wait.class);
    }

    @Test
    void a401IsNoEndWhereTheNextTokenIsAnother() {
        Reconnection reconnection = new Reconnection(DEFAULT, true, LONGEST);
        assertThat(lose(reconnection, status(401))).isInstanceOf(Wait.class);
        assertThat(lose(reconnection, status(401))).isInstanceOf(End.class);
    }

    @Test
    void a401AfterAnOpenConnectionIsTheFirstAgain() {
        Reconnection reconnection = new Reconnection(DEFAULT, true, LONGEST);
        assertThat(lose(reconnection, status(401))).isInstanceOf(Wait.class);
        stay(reconnection, 1);
        assertThat(lose(reconnection, code(1006))).isInstanceOf(Wait.class);
        assertThat(lose(reconnection, status(401))).isInstanceOf(Wait.class);
    }

    @Test
    void whichCodesAndStatusesEndItIsForTheProgramToSay() {
        ReconnectPolicy own = new ReconnectPolicy(
                DEFAULT.backoffBase(),
                DEFAULT.backoffCap(),
                DEFAULT.stableAfter(),
                0,
                Duration.ZERO,
                DEFAULT.maxRetryAfter(),
                code -> code == 4001,
                status -> status == 503);
        assertThat(lose(new Reconnection(own, false, LONGEST), code(4001))).isInstanceOf(End.class);
        assertThat(lose(new Reconnection(own, false, LONGEST), code(1000))).isInstanceOf(Wait.class);
        assertThat(lose(new Reconnection(own, false, LONGEST), status(503))).isInstanceOf(End.class);
        assertThat(lose(new Reconnection(own, false, LONGEST), status(404))).isInstanceOf(Wait.class);
    }

    @Test
    void attemptsMayBeLimited() {
        Reconnection reconnection = new Reconnection(policy(3, Duration.ZERO), false, LONGEST);
        assertThat(lose(reconnection, refused())).isInstanceOf(Wait.class);
        assertThat(lose(reconnection, refused())).isInstanceOf(Wait.class);
        ends(lose(reconnection, refused()), Stop.ATTEMPTS, "given up after 3 attempts (maxAttempts)");
    }

    @Test
    void aStableConnectionGivesAllAttemptsBack() {
        Reconnection reconnection = new Reconnection(policy(2, Duration.ZERO), false, LONGEST);
        for (int i = 0; i < 10; i++) {
            assertThat(lose(reconnection, refused())).isInstanceOf(Wait.class);
            stay(reconnection, 60);
            assertThat(reconnection.lost(code(1006), now, WALL_CLOCK)).isInstanceOf(Wait.class);
        }
    }

    @Test
    void timeMayBeLimited() {
        Reconnection reconnection = new Reconnection(policy(0, Duration.ofSeconds(10)), false, LONGEST);
        now += seconds(5);
        reconnection.attempt(now);
        now += seconds(4);
        assertThat(delay(reconnection, refused())).isEqualTo(Duration.ofSeconds(2));
        now += seconds(2.1);
        ends(
                lose(reconnection, refused()),
                Stop.DEADLINE,
                "given up, as the next attempt would be later than 10000 ms after the last stable connection"
                        + " (giveUpAfter)");
    }
}
