import org.jspecify.annotations.NullMarked;

/**
 * The WebSocket server: routes, upgrade requests, sessions, topics, backpressure and shutdown.
 */
@NullMarked
module dev.duplex.server {
    requires transitive dev.duplex.core;
    requires dev.duplex.transport;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.duplex.server;
}
