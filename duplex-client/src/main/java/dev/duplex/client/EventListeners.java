package dev.duplex.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event listener list of one socket (DOM Standard, "event listener list"), event handlers such as {@code onopen}
 * included. Listeners come and go on any thread; events are fired by the socket's tasks.
 */
final class EventListeners {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocket.class);

    /** What may have been missed of a type of event: enough for what comes while a program sets its listeners. */
    private static final int MAX_MISSED = 64;

    private static final long MAX_MISSED_BYTES = 1024 * 1024;

    /** One entry of the list. */
    private static final class Entry {
        final EventType<?> type;
        final boolean handler;
        final boolean once;
        EventListener<Event> callback;
        boolean removed;

        /** Lets go of the signal that would remove this. */
        Runnable letGo = () -> {};

        Entry(EventType<?> type, boolean handler, boolean once, EventListener<Event> callback) {
            this.type = type;
            this.handler = handler;
            this.once = once;
            this.callback = callback;
        }
    }

    /** Events of a type for which there never was a listener; null once there was one, or there are too many. */
    private static final class Missed {
        final List<Event> events = new ArrayList<>(1);
        long bytes;
    }

    private final List<Entry> entries = new ArrayList<>(4);
    private final Map<EventType<?>, Missed> missed = new HashMap<>();

    /** @param keepsMissed whether the first listener of a type is to get what was fired before it came */
    EventListeners(boolean keepsMissed) {
        if (keepsMissed) {
            EventType.ALL.forEach(type -> missed.put(type, new Missed()));
        }
    }

    /** "Add an event listener". Returns what the new one has missed. */
    synchronized List<Event> add(EventType<?> type, EventListener<Event> callback, ListenerOptions options) {
        // Step 2: "If signal is not null and is aborted, then return."
        if (options.signal() != null && options.signal().aborted()) {
            return List.of();
        }
        // Step 5: "If eventTarget's event listener list does not contain an event listener whose type is listener's
        // type, callback is listener's callback, ... append".
        if (entries.stream().anyMatch(entry -> entry.type == type && !entry.handler && entry.callback == callback)) {
            return List.of();
        }
        Entry added = new Entry(type, false, options.once(), callback);
        entries.add(added);
        if (options.signal() != null) {
            // Step 6: "add the following abort steps to it: Remove an event listener".
            AbortSignal signal = options.signal();
            Runnable abortSteps = () -> remove(added);
            signal.onAbort(abortSteps);
            added.letGo = () -> signal.forget(abortSteps);
        }
        return takeMissed(type);
    }

    synchronized void remove(EventType<?> type, EventListener<?> callback) {
        for (Entry entry : List.copyOf(entries)) {
            if (entry.type == type && !entry.handler && entry.callback == callback) {
                remove(entry);
            }
        }
    }

    private synchronized void remove(Entry entry) {
        // "Set listener's removed to true and remove listener": one that is being dispatched to is not called any more.
        entry.removed = true;
        entries.remove(entry);
        entry.letGo.run();
    }

    /** After the last event: a signal that lives longer than the socket does not keep it. */
    private synchronized void letGoOfSignals() {
        entries.forEach(entry -> entry.letGo.run());
    }

    /**
     * Sets an event handler (HTML Standard, "event handler attributes"): its place in the order is that of when it was
     * first set; null takes it out.
     */
    synchronized List<Event> setHandler(EventType<?> type, @Nullable EventListener<Event> callback) {
        Entry existing = null;
        for (Entry entry : entries) {
            if (entry.type == type && entry.handler) {
                existing = entry;
            }
        }
        if (callback == null) {
            if (existing != null) {
                remove(existing);
            }
            return List.of();
        }
        if (existing != null) {
            existing.callback = callback;
            return List.of();
        }
        entries.add(new Entry(type, true, false, callback));
        return takeMissed(type);
    }

    synchronized @Nullable EventListener<Event> handler(EventType<?> type) {
        for (Entry entry : entries) {
            if (entry.type == type && entry.handler) {
                return entry.callback;
            }
        }
        return null;
    }

    private List<Event> takeMissed(EventType<?> type) {
        Missed ofType = missed.remove(type);
        return ofType == null ? List.of() : ofType.events;
    }

    /** "Fire an event": calls those listeners that were there when it began and still are, in order. */
    void fire(Event event, long bytes) {
        for (Entry entry : begin(event, bytes)) {
            EventListener<Event> callback = callback(entry);
            if (callback != null) {
                call(callback, event);
            }
            if (event.isStopped()) {
                break;
            }
        }
        if (event instanceof CloseEvent) {
            letGoOfSignals();
        }
    }

    private synchronized List<Entry> begin(Event event, long bytes) {
        Missed ofType = missed.get(event.type());
        if (ofType != null) {
            ofType.bytes += bytes;
            ofType.events.add(event);
            if (ofType.events.size() > MAX_MISSED || ofType.bytes > MAX_MISSED_BYTES) {
                missed.remove(event.type()); // nobody seems to be going to listen
            }
        }
        // "Let listeners be a clone of event's currentTarget attribute value's event listener list."
        return entries.stream().filter(entry -> entry.type == event.type()).toList();
    }

    private synchronized @Nullable EventListener<Event> callback(Entry entry) {
        if (entry.removed) {
            return null;
        }
        if (entry.once) {
            remove(entry); // "If listener's once is true, then remove an event listener", before the call
        }
        return entry.callback;
    }

    private static void call(EventListener<Event> callback, Event event) {
        try {
            callback.handleEvent(event);
        } catch (Throwable e) {
            // "If this throws an exception, then report the exception": the others are told all the same.
            LOG.warn("A listener of the {} event of {} has failed", event.type(), event.target(), e);
        }
    }
}
