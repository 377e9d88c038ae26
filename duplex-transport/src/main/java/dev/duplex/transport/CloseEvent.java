package dev.duplex.transport;

/**
 * How a connection ended.
 *
 * @param code the code of the peer's close frame, or of ours if we failed the connection; 1005 if the frame had none,
 *     1006 if there was no close frame
 * @param reason the reason in that frame, or ""
 * @param wasClean whether both sides sent a close frame
 * @param kind who or what ended it, to tell apart
 * @param cause the same in words, for logs
 */
public record CloseEvent(int code, String reason, boolean wasClean, CloseKind kind, String cause) {}
