package dev.duplex.socketio.parser;

/** The types of Socket.IO's packets. Whether a packet has attachments is a matter of the parser. */
public enum PacketType {
    CONNECT,
    DISCONNECT,
    EVENT,
    ACK,
    CONNECT_ERROR
}
