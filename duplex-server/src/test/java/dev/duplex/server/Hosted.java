package dev.duplex.server;

/** A server of a test that runs in a {@link ServerJvm}. Made there, by its constructor without arguments. */
interface Hosted {
    WebSocketServer.Builder server();

    /** Does what the test asks, on a thread that is no event loop, and answers in one line. */
    default String ask(WebSocketServer server, String question) throws Exception {
        throw new IllegalArgumentException("not understood: " + question);
    }
}
