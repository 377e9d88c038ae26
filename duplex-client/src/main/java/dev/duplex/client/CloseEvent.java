package dev.duplex.client;

import dev.duplex.transport.CloseKind;

/** The socket is closed; no event follows. */
public final class CloseEvent extends Event {
    private final boolean wasClean;
    private final int code;
    private final String reason;
    private final CloseKind kind;
    private final String cause;

    CloseEvent(WebSocket target, boolean wasClean, int code, String reason, CloseKind kind, String cause) {
        super(EventType.CLOSE, target);
        this.wasClean = wasClean;
        this.code = code;
        this.reason = reason;
        this.kind = kind;
        this.cause = cause;
    }

    /** Whether both sides have sent a close frame. */
    public boolean wasClean() {
        return wasClean;
    }

    /** The code of the peer's close frame (RFC 6455 §7.1.5): 1005 if it had none, 1006 if there was no such frame. */
    public int code() {
        return code;
    }

    /** The reason in that frame, or "". */
    public String reason() {
        return reason;
    }

    /** Who or what ended it, to tell apart; beyond the standard. */
    public CloseKind kind() {
        return kind;
    }

    /** The same in words, for logs; beyond the standard. */
    public String cause() {
        return cause;
    }

    @Override
    public String toString() {
        return "close event: " + code + (reason.isEmpty() ? "" : " " + reason) + (wasClean ? "" : ", not clean") + ", "
                + cause;
    }
}
