package dev.duplex.client;

import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import java.util.Optional;

/**
 * Why a {@link ReconnectingWebSocket} has lost its connection, or could not make one.
 *
 * @param kind who or what ended it, to tell apart
 * @param code the code of the server's close frame (RFC 6455 §7.1.5): 1005 if it had none, 1006 if there was no such
 *     frame
 * @param reason the reason in that frame, or ""
 * @param response what the server answered to the opening handshake, if it refused it, with the head of the body
 * @param cause in words, for logs
 */
public record Disconnection(
        CloseKind kind, int code, String reason, Optional<HandshakeResponse> response, String cause) {}
