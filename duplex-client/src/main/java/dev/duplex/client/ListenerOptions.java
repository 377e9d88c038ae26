package dev.duplex.client;

import org.jspecify.annotations.Nullable;

/**
 * The DOM's AddEventListenerOptions, as far as they mean anything without a tree of nodes.
 *
 * @param once whether the listener is removed when it is called
 * @param signal removes the listener when aborted; null for none
 */
public record ListenerOptions(boolean once, @Nullable AbortSignal signal) {
    /** Called for every event, until removed. */
    public static final ListenerOptions DEFAULT = new ListenerOptions(false, null);

    /** Called once. */
    public static final ListenerOptions ONCE = new ListenerOptions(true, null);

    /** Called until the signal is aborted. */
    public static ListenerOptions until(AbortSignal signal) {
        return new ListenerOptions(false, signal);
    }
}
