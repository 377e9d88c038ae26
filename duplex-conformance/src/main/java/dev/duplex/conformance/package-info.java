/**
 * Checks a WebSocket server or client: {@link dev.duplex.conformance.ServerCheck} plays clients,
 * {@link dev.duplex.conformance.ClientCheck} plays the server, both with the cases of
 * {@link dev.duplex.conformance.Catalogue}, and what comes out is a {@link dev.duplex.conformance.Report}.
 */
@NullMarked
package dev.duplex.conformance;

import org.jspecify.annotations.NullMarked;
