package dev.duplex.socketio;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What goes on once, in the order of a connection. */
final class Once implements Next {
    private final AtomicBoolean called = new AtomicBoolean();
    private final Executor order;
    private final Runnable on;
    private final Consumer<Exception> refused;

    Once(Executor order, Runnable on, Consumer<Exception> refused) {
        this.order = order;
        this.on = on;
        this.refused = refused;
    }

    @Override
    public void proceed() {
        if (called.compareAndSet(false, true)) {
            order.execute(on);
        }
    }

    @Override
    public void refuse(Exception error) {
        if (called.compareAndSet(false, true)) {
            order.execute(() -> refused.accept(error));
        }
    }
}
