package dev.duplex.client;

import dev.duplex.client.ReconnectingWebSocket.Stop;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides after each lost connection, and each that could not be made, whether to try again and when. It has no clock
 * and does nothing itself. Not thread-safe.
 */
final class Reconnection {
    /** What comes next: {@link Wait} or {@link End}. */
    sealed interface Next {}

    record Wait(Duration delay) implements Next {}

    record End(Stop why, String words) implements Next {}

    /** Beyond this the cap has long been reached. */
    private static final int MAX_DOUBLINGS = 30;

    private final ReconnectPolicy policy;
    private final boolean optionsAreMadeAnew;
    private final RandomGenerator random;

    /** Attempts in a row that have not led to a stable connection. */
    private int failures;

    private boolean begun;

    /** When there was no stable connection any more. */
    private long since;

    private boolean open;
    private long openedAt;
    private boolean unauthorizedBefore;

    /** @param optionsAreMadeAnew whether the next attempt may have other credentials */
    Reconnection(ReconnectPolicy policy, boolean optionsAreMadeAnew, RandomGenerator random) {
        this.policy = policy;
        this.optionsAreMadeAnew = optionsAreMadeAnew;
        this.random = random;
    }

    /** An attempt begins; its number, from 1, in those since the last stable connection. Times are nanoseconds. */
    int attempt(long now) {
        if (!begun) {
            begun = true;
            since = now;
        }
        return failures + 1;
    }

    void opened(long now) {
        open = true;
        openedAt = now;
        unauthorizedBefore = false;
    }

    /** @param wallClock for a Retry-After that is a date */
    Next lost(Disconnection why, long now, Instant wallClock) {
        // A server that accepts and then drops everybody is down, however often it accepts.
        boolean wasStable = open && now - openedAt >= policy.stableAfter().toNanos();
        open = false;
        if (wasStable) {
            failures = 0;
            since = now;
        } else {
            failures++;
        }
        Optional<String> terminal = terminal(why);
        if (terminal.isPresent()) {
            return new End(Stop.TERMINAL, terminal.get());
        }
        if (policy.maxAttempts() > 0 && failures >= policy.maxAttempts()) {
            return new End(Stop.ATTEMPTS, "given up after " + failures + " attempts (maxAttempts)");
        }
        Duration delay = delay(why, wallClock);
        Duration untilThen = Duration.ofNanos(now - since).plus(delay);
        if (!policy.giveUpAfter().isZero() && untilThen.compareTo(policy.giveUpAfter()) > 0) {
            return new End(
                    Stop.DEADLINE,
                    "given up, as the next attempt would be later than "
                            + policy.giveUpAfter().toMillis() + " ms after the last stable connection (giveUpAfter)");
        }
        return new Wait(delay);
    }

    private Optional<String> terminal(Disconnection why) {
        if (why.response().isEmpty()) {
            return policy.terminalCloseCodes().test(why.code())
                    ? Optional.of("the close code " + why.code() + " says not to try again (terminalCloseCodes)")
                    : Optional.empty();
        }
        int status = why.response().get().status();
        // A token may have expired. A new one that is refused as well is not going to be accepted later.
        boolean mayHaveExpired = status == 401 && optionsAreMadeAnew && !unauthorizedBefore;
        unauthorizedBefore = status == 401;
        return policy.terminalStatuses().test(status) && !mayHaveExpired
                ? Optional.of("the status " + status + " says not to try again (terminalStatuses)")
                : Optional.empty();
    }

    private Duration delay(Disconnection why, Instant wallClock) {
        Duration jitter = fullJitter();
        // Not before the server wants it; and those whom it has told the same do not come back in the same moment.
        return why.response()
                .flatMap(response -> RetryAfter.of(response, wallClock))
                .map(told -> told.compareTo(policy.maxRetryAfter()) > 0 ? policy.maxRetryAfter() : told)
                .map(jitter::plus)
                .orElse(jitter);
    }

    /** Anything from nothing to the doubled bound: clients that have been cut off together do not stay together. */
    private Duration fullJitter() {
        double doubled = policy.backoffBase().toNanos() * Math.pow(2, Math.min(failures, MAX_DOUBLINGS));
        long bound = (long) Math.min(doubled, policy.backoffCap().toNanos());
        return Duration.ofNanos(random.nextLong(bound + 1));
    }
}
