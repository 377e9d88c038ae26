import org.jspecify.annotations.NullMarked;

/**
 * The WebSocket server: routes, upgrade requests, sessions, topics, backpressure and shutdown.
 */
@NullMarked
module dev.duplex.server {
    requires transitive dev.duplex.core;
    requires transitive dev.duplex.transport;
    requires io.netty.codec;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.duplex.server;
    exports dev.duplex.server.internal.raw to
            dev.duplex.cli;
}
