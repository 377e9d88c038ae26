package dev.duplex.cli.serve;

import java.time.Duration;

/**
 * How one program serves all sessions.
 *
 * @param tagged whether lines name the client that they are from or for; otherwise everybody gets everything
 * @param restart when to start the program again
 * @param replay how many of the last messages a newcomer gets
 */
public record SharedOptions(boolean tagged, Restart restart, int replay) {
    /** The pause before the first restart, which doubles with each that follows soon. */
    static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** A program that has run for so long is not one that cannot start. */
    static final Duration STABLE = Duration.ofSeconds(10);

    /** The pause that follows another one. */
    static Duration after(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    /** When to start a program again that has ended. */
    public enum Restart {
        never,
        onFailure,
        always;

        boolean after(ExitStatus how) {
            return this == always || (this == onFailure && how.value() != 0);
        }
    }
}
