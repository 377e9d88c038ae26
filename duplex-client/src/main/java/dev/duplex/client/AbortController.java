package dev.duplex.client;

/** Removes, by one call, all listeners that were added with its signal. Any thread may use it. */
public final class AbortController {
    private final AbortSignal signal = new AbortSignal();

    /** A controller that has not aborted. */
    public AbortController() {}

    /** The signal to add listeners with: {@code ListenerOptions.until(controller.signal())}. */
    public AbortSignal signal() {
        return signal;
    }

    /** Removes those listeners. */
    public void abort() {
        signal.abort();
    }
}
