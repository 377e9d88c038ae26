package dev.duplex.transport;

/**
 * Who or what ended a connection, for a program to tell apart. The words beside it in a close event say more, and are
 * for people.
 */
public enum CloseKind {
    /** The peer began the closing handshake, and it was finished. */
    CLOSED_BY_PEER,

    /** This program began the closing handshake, and it was finished. */
    CLOSED_BY_US,

    /** This program cut the connection, or closed it before it was established. */
    TERMINATED,

    /**
     * A client found no server: the host is unknown, nothing listens, no answer came in time, or the connection broke
     * during the opening handshake.
     */
    NOT_CONNECTED,

    /** The server, or a proxy, answered a client's opening handshake with something that is no valid acceptance. */
    REFUSED,

    /** TLS could not be established, or was broken later. */
    TLS,

    /** The peer ended the TCP connection without a close frame. */
    END_OF_STREAM,

    /** The TCP connection broke: a reset, or an error of the network. */
    RESET,

    /** A keepalive ping had no answer within {@code pongTimeout}. */
    NO_PONG,

    /** The peer took nothing of what waited for it, for {@code sendTimeout}, or for {@code pongTimeout} while silent. */
    SEND_TIMEOUT,

    /** No message passed for {@code idleTimeout}. */
    IDLE,

    /** The closing handshake was not finished within {@code closeTimeout}. */
    CLOSE_TIMEOUT,

    /** The peer broke a rule of RFC 6455 or RFC 7692. */
    VIOLATION,

    /** What the peer sent was beyond a limit of this side, such as {@code maxMessageBytes}. */
    LIMIT,

    /** More would have waited to be sent than {@code maxBufferedBytes}. */
    BUFFER_FULL,

    /** Something in this program failed, such as the source of what is sent, or an executor that takes no more tasks. */
    FAILED
}
