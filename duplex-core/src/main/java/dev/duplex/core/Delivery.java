package dev.duplex.core;

/** How received messages reach the sink. */
public enum Delivery {
    /** Assembled; memory follows the bytes received, up to {@link Limits#maxMessageBytes}. */
    WHOLE,
    /** In parts, as they arrive; memory does not grow with the message. */
    STREAMED
}
