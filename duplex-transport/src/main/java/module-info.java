import org.jspecify.annotations.NullMarked;

/**
 * The one adapter between the protocol core and Netty: event loops, TLS, and the WebSocket handler that is alone in the
 * pipeline after the upgrade. Applications meet its option types through the server and the client.
 */
@NullMarked
module dev.duplex.transport {
    requires transitive dev.duplex.core;
    requires transitive io.netty.buffer;
    requires transitive io.netty.codec.http;
    requires transitive io.netty.common;
    requires transitive io.netty.handler;
    requires transitive io.netty.transport;
    requires io.netty.codec;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.duplex.transport;
    exports dev.duplex.transport.internal to
            dev.duplex.server,
            dev.duplex.client;
    exports dev.duplex.transport.pipe to
            dev.duplex.cli;
}
