package dev.duplex.client.internal;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the program running while a socket is not closed, as a page or a Node process is kept: the event loops' threads
 * are daemons, and end with the program.
 */
public final class OpenSockets {
    private static final Object LOCK = new Object();
    private static int open;
    private static @Nullable Thread keeper;

    private OpenSockets() {}

    public static void opened() {
        synchronized (LOCK) {
            open++;
            if (keeper == null) {
                Thread thread = new Thread(OpenSockets::keep, "duplex-client-open-sockets");
                thread.setDaemon(false);
                keeper = thread;
                thread.start();
            }
        }
    }

    public static void closed() {
        synchronized (LOCK) {
            open--;
            LOCK.notifyAll();
        }
    }

    private static void keep() {
        synchronized (LOCK) {
            while (open > 0) {
                try {
                    LOCK.wait();
                } catch (InterruptedException e) {
                    // Nobody has reason to; sockets are still open.
                    continue;
                }
            }
            keeper = null;
        }
    }
}
