import org.jspecify.annotations.NullMarked;

/**
 * The WebSocket protocol with no I/O, no threads and no clock: frames, messages, close handshake (RFC 6455),
 * opening handshake as values, and permessage-deflate (RFC 7692).
 */
@NullMarked
module dev.duplex.core {
    requires transitive io.netty.buffer;
    requires io.netty.common;
    requires static transitive org.jspecify;

    exports dev.duplex.core;
    exports dev.duplex.core.deflate;
    exports dev.duplex.core.handshake;
}
