/** The server's API: {@code WebSocketServer} and what its builder and handlers speak of. */
package dev.duplex.server;
