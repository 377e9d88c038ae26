package dev.duplex.cli.serve;

/**
 * How one program serves all sessions.
 *
 * @param tagged whether lines name the client that they are from or for; otherwise everybody gets everything
 * @param restart when to start the program again
 * @param replay how many of the last messages a newcomer gets
 */
public record SharedOptions(boolean tagged, Restart restart, int replay) {
    /** When to start a program again that has ended. */
    public enum Restart {
        never,
        onFailure,
        always;

        boolean after(boolean failure) {
            return this == always || (this == onFailure && failure);
        }
    }
}
