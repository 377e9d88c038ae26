package dev.duplex.transport;

/**
 * How a connection ended.
 *
 * @param code the code of the peer's close frame, or of ours if we failed the connection; 1005 if the frame had none,
 *     1006 if there was no close frame
 * @param reason the reason in that frame, or ""
 * @param wasClean whether both sides sent a close frame
 * @param cause who or what ended it, in words, for logs
 */
public record CloseEvent(int code, String reason, boolean wasClean, String cause) {}
