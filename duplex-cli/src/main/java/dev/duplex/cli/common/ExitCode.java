package dev.duplex.cli.common;

import dev.duplex.core.CloseCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a verb can end, for scripts: the exit codes of every verb, each with its meaning. */
public enum ExitCode {
    OK(0, "done; closed with 1000, 1001 or without a code"),
    INTERNAL(1, "a failure inside the program"),
    USAGE(2, "the command line or the input cannot be used as it is"),
    BIND(3, "an address cannot be listened on"),
    CONNECT(4, "the host is not known, or nobody answers there"),
    TLS(5, "TLS failed, as for a certificate that is not trusted"),
    REFUSED(6, "the server refused the opening handshake"),
    CLOSED(7, "the peer closed with another code than 1000 or 1001"),
    LOST(8, "the connection ended without a close frame (1006)"),
    TIMEOUT(9, "out of time"),
    EXPECTATION(10, "what was expected did not come"),
    PROTOCOL(11, "the peer broke the protocol, or sent more than --max-message"),
    INTERRUPTED(130, "interrupted by Ctrl-C"),
    TERMINATED(143, "told to end by SIGTERM");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** What the shell sees. */
    public int code() {
        return code;
    }

    /** For the help: the meaning of each code. */
    public static Map<String, String> list() {
        Map<String, String> list = new LinkedHashMap<>();
        for (ExitCode exit : values()) {
            list.put(Integer.toString(exit.code), exit.meaning);
        }
        return list;
    }

    /** How a connection ended that the peer closed with this code (RFC 6455 §7.4.1). */
    public static ExitCode ofClose(int closeCode) {
        return switch (closeCode) {
            case CloseCode.NORMAL, CloseCode.GOING_AWAY, CloseCode.NO_STATUS -> OK;
            case CloseCode.ABNORMAL -> LOST;
            default -> CLOSED;
        };
    }
}
