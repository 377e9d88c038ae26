package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.CloseKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The DOM Standard's "event listener list" and the HTML Standard's "event handler attributes". */
class EventListenersTest {
    private final EventListeners listeners = new EventListeners(false);
    private final List<String> told = new ArrayList<>();

    private EventListener<Event> noting(String name) {
        return event -> told.add(name);
    }

    private void fire() {
        listeners.fire(new Event(EventType.OPEN, null), 0);
    }

    private void add(EventListener<Event> listener) {
        listeners.add(EventType.OPEN, listener, ListenerOptions.DEFAULT);
    }

    @Standard("DOM: For each listener of listeners (a clone of the event listener list, in its order): invoke it.")
    @Test
    void listenersAreCalledInTheOrderInWhichTheyWereAdded() {
        add(noting("a"));
        listeners.setHandler(EventType.OPEN, noting("handler"));
        add(noting("b"));
        fire();
        assertThat(told).containsExactly("a", "handler", "b");
    }

    @Standard("HTML: An event handler is appended to the list when it is first set, and keeps its place when"
            + " its value is set to another.")
    @Test
    void aHandlerKeepsItsPlaceWhenItIsReplacedAndLosesItWhenItIsTakenOut() {
        listeners.setHandler(EventType.OPEN, noting("first"));
        add(noting("a"));
        listeners.setHandler(EventType.OPEN, noting("second"));
        fire();
        listeners.setHandler(EventType.OPEN, null);
        listeners.setHandler(EventType.OPEN, noting("third"));
        fire();
        assertThat(told).containsExactly("second", "a", "a", "third");
    }

    @Standard("DOM: If the list does not contain an event listener whose type is listener's type and callback"
            + " is listener's callback, then append listener.")
    @Test
    void theSameListenerIsAddedOnce() {
        EventListener<Event> listener = noting("a");
        add(listener);
        listeners.add(EventType.OPEN, listener, ListenerOptions.ONCE);
        fire();
        fire();
        assertThat(told).containsExactly("a", "a");
    }

    @Standard("DOM: If event's type attribute value is not listener's type, then continue.")
    @Test
    void aListenerOfAnotherTypeIsNotCalled() {
        listeners.add(EventType.CLOSE, noting("close"), ListenerOptions.DEFAULT);
        fire();
        assertThat(told).isEmpty();
    }

    @Standard("DOM: If listener's once is true, then remove an event listener.")
    @Test
    void aListenerWithOnceIsRemovedBeforeItIsCalled() {
        EventListener<Event> listener = event -> {
            told.add("once");
            fire();
        };
        listeners.add(EventType.OPEN, listener, ListenerOptions.ONCE);
        fire();
        assertThat(told).containsExactly("once");
    }

    @Standard("DOM: If listener's signal is not null, then add the following abort steps to it: Remove an"
            + " event listener.")
    @Test
    void abortingASignalRemovesItsListeners() {
        AbortController controller = new AbortController();
        listeners.add(EventType.OPEN, noting("a"), ListenerOptions.until(controller.signal()));
        fire();
        controller.abort();
        fire();
        assertThat(told).containsExactly("a");
        assertThat(controller.signal().aborted()).isTrue();
    }

    @Test
    void aSignalKeepsNeitherListenersThatAreGoneNorThoseOfASocketThatIsClosed() {
        AbortSignal signal = new AbortController().signal();
        EventListener<Event> removed = noting("removed");
        listeners.add(EventType.OPEN, removed, ListenerOptions.until(signal));
        listeners.add(EventType.OPEN, noting("once"), new ListenerOptions(true, signal));
        listeners.add(EventType.OPEN, noting("stays"), ListenerOptions.until(signal));
        assertThat(signal.waiting()).isEqualTo(3);
        listeners.remove(EventType.OPEN, removed);
        assertThat(signal.waiting()).isEqualTo(2);
        fire();
        assertThat(signal.waiting()).isEqualTo(1);
        listeners.fire(new CloseEvent(null, true, 1000, "", CloseKind.CLOSED_BY_PEER, ""), 0);
        assertThat(signal.waiting()).isZero();
        assertThat(told).containsExactly("once", "stays");
    }

    @Standard("DOM: If listener's signal is not null and is aborted, then return.")
    @Test
    void aListenerWithAnAbortedSignalIsNotAdded() {
        AbortController controller = new AbortController();
        controller.abort();
        listeners.add(EventType.OPEN, noting("a"), ListenerOptions.until(controller.signal()));
        fire();
        assertThat(told).isEmpty();
    }

    @Standard("DOM: For each listener in listeners, whose removed is false.")
    @Test
    void aListenerRemovedWhileTheEventIsToldIsNotCalled() {
        EventListener<Event> second = noting("second");
        add(event -> listeners.remove(EventType.OPEN, second));
        add(second);
        fire();
        assertThat(told).isEmpty();
    }

    @Standard("DOM: Let listeners be a clone of event's currentTarget attribute value's event listener list.")
    @Test
    void aListenerAddedWhileTheEventIsToldIsCalledFromTheNextOneOn() {
        EventListener<Event> late = noting("late");
        add(event -> add(late));
        fire();
        assertThat(told).isEmpty();
        fire();
        assertThat(told).containsExactly("late");
    }

    @Standard("DOM: If this throws an exception exception, then report exception; the others are called.")
    @Test
    void whatAListenerThrowsDoesNotKeepTheOthersFromBeingCalled() {
        add(event -> {
            throw new IllegalStateException("on purpose");
        });
        add(event -> {
            throw new AssertionError("on purpose");
        });
        add(noting("second"));
        fire();
        assertThat(told).containsExactly("second");
    }

    @Standard("DOM: If event's stop immediate propagation flag is set, then break.")
    @Test
    void stopImmediatePropagationKeepsTheRestFromBeingCalled() {
        add(Event::stopImmediatePropagation);
        add(noting("second"));
        fire();
        assertThat(told).isEmpty();
    }

    @Test
    void onlyTheFirstListenerOfATypeGetsWhatWasMissed() {
        EventListeners keeping = new EventListeners(true);
        Event open = new Event(EventType.OPEN, null);
        keeping.fire(open, 0);
        assertThat(keeping.add(EventType.OPEN, noting("a"), ListenerOptions.DEFAULT))
                .containsExactly(open);
        keeping.fire(open, 0);
        assertThat(keeping.add(EventType.OPEN, noting("b"), ListenerOptions.DEFAULT))
                .isEmpty();
    }

    @Test
    void nothingIsKeptOnceTooMuchWasMissed() {
        EventListeners keeping = new EventListeners(true);
        Event message = new Event(EventType.MESSAGE, null);
        keeping.fire(message, 1024 * 1024);
        keeping.fire(message, 1);
        assertThat(keeping.add(EventType.MESSAGE, noting("a"), ListenerOptions.DEFAULT))
                .isEmpty();
    }
}
