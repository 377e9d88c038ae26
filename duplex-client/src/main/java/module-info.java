import org.jspecify.annotations.NullMarked;

/** The WebSocket client: the interface of the WHATWG WebSockets Standard in Java, and its options. */
@NullMarked
module dev.duplex.client {
    requires transitive dev.duplex.core;
    requires transitive dev.duplex.transport;
    requires io.netty.codec;
    requires io.netty.codec.socks;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.duplex.client;
    exports dev.duplex.client.internal.load to
            dev.duplex.cli;
    exports dev.duplex.client.internal.wire to
            dev.duplex.cli;
}
