import org.jspecify.annotations.NullMarked;

/** Engine.IO 4 and Socket.IO 5 for the official clients, on the WebSocket server's public API. */
@NullMarked
module dev.duplex.socketio {
    requires transitive dev.duplex.server;
    requires transitive com.fasterxml.jackson.databind;
    requires msgpack.core;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.duplex.socketio;
    exports dev.duplex.socketio.engine;
    exports dev.duplex.socketio.parser;
}
