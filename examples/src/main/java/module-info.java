import org.jspecify.annotations.NullMarked;

/** What the documents show. A module of its own, so that it compiles with what is exported and nothing else. */
@NullMarked
module dev.duplex.examples {
    requires dev.duplex.client;
    requires dev.duplex.server;
    requires dev.duplex.socketio;
    requires static org.jspecify;
}
