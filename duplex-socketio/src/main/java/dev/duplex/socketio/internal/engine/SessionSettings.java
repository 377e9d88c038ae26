package dev.duplex.socketio.internal.engine;

/**
 * What the sessions of a server have in common. Times are in milliseconds.
 *
 * @param pingInterval time between pings
 * @param pingTimeout time within which a ping is to be answered
 * @param upgradeTimeout time within which an upgrade is to be finished
 * @param maxPayload largest message or body from the client, in bytes; only told to the client here
 * @param maxBuffered about how many bytes may wait for a client that does not poll
 * @param offersUpgrade whether clients of polling are told that they may go on with WebSocket
 */
public record SessionSettings(
        long pingInterval,
        long pingTimeout,
        long upgradeTimeout,
        long maxPayload,
        long maxBuffered,
        boolean offersUpgrade) {}
