package dev.duplex.socketio.engine;

import dev.duplex.socketio.internal.engine.Packet;

/**
 * A message to be sent. It is encoded when it is first sent, and only once: give the same object to all who are to get
 * the same message. Immutable.
 */
public final class EngineMessage {
    private final Packet packet;

    private EngineMessage(Packet packet) {
        this.packet = packet;
    }

    /** A text message. */
    public static EngineMessage text(String text) {
        return text(text, true);
    }

    /** @param compress whether the frame or the response of polling that carries it may be compressed */
    public static EngineMessage text(String text, boolean compress) {
        return new EngineMessage(Packet.message(text, compress));
    }

    /** A binary message; the array is not copied and must not be changed afterwards. */
    public static EngineMessage binary(byte[] binary) {
        return binary(binary, true);
    }

    /** @param compress whether the frame or the response of polling that carries it may be compressed */
    public static EngineMessage binary(byte[] binary, boolean compress) {
        return new EngineMessage(Packet.message(binary, compress));
    }

    Packet packet() {
        return packet;
    }

    /** How much it is, without what it says. */
    @Override
    public String toString() {
        return packet.toString();
    }
}
