/**
 * The opening handshake of both roles (RFC 6455 §4) as immutable values: a request goes in, an answer comes out.
 * Nothing here reads a socket, a clock or a source of randomness, and nothing a peer can send makes it throw: what a
 * peer does wrong is a result ({@link dev.duplex.core.handshake.ServerHandshake.Refused},
 * {@link dev.duplex.core.handshake.ClientHandshake.Failed}), what the caller does wrong is an
 * {@link java.lang.IllegalArgumentException}.
 */
package dev.duplex.core.handshake;
