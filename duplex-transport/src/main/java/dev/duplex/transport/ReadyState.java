package dev.duplex.transport;

/** The states of a connection under the names and numbers of WHATWG's {@code WebSocket.readyState}. */
public enum ReadyState {
    /** 0: the opening handshake is going on. */
    CONNECTING,
    /** 1: messages can be sent. */
    OPEN,
    /** 2: the closing handshake is going on. */
    CLOSING,
    /** 3: the connection is gone. */
    CLOSED
}
