package dev.duplex.cli.websocketd;

/** Ends the command as websocketd would: with one of its exit codes and its words. */
public final class WebsocketdExit extends Exception {
    private static final long serialVersionUID = 1L;

    /** What was configured cannot be. */
    static final int CONFIGURATION = 1;

    /** A flag that does not exist, or whose value is of the wrong kind. */
    static final int FLAG = 2;

    /** An address cannot be listened on. */
    public static final int BIND = 3;

    private final int code;

    public WebsocketdExit(int code, String message) {
        super(message);
        this.code = code;
    }

    /** What the shell sees. */
    public int code() {
        return code;
    }
}
