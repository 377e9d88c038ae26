package dev.duplex.server.internal;

import dev.duplex.server.HttpRequest;
import dev.duplex.server.WebSocketServer;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the event loops from outside and names the handler that holds one for longer than 100 ms, with the place in
 * its code. Per message it costs the loop two writes to fields of its own.
 */
public final class LoopWatchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);
    private static final Duration TOLERATED = Duration.ofMillis(100);
    private static final long LOOK_EVERY_MILLIS = 50;

    private final List<ServerLoop> loops;
    private final Thread thread;
    private volatile boolean stopped;

    private LoopWatchdog(List<ServerLoop> loops) {
        this.loops = loops;
        this.thread = new Thread(this::run, "duplex-watchdog");
        thread.setDaemon(true);
    }

    /** Begins to watch the loops of a server. */
    public static LoopWatchdog watch(ServerCore server) {
        LoopWatchdog watchdog = new LoopWatchdog(server.loops());
        watchdog.thread.start();
        return watchdog;
    }

    private void run() {
        Seen[] seen = new Seen[loops.size()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = new Seen();
        }
        while (!stopped) {
            try {
                Thread.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            for (int i = 0; i < seen.length; i++) {
                seen[i].look(loops.get(i));
            }
        }
    }

    /** What one loop was doing when it was last looked at. */
    private static final class Seen {
        private long call;
        private long since;
        private boolean warned;

        void look(ServerLoop loop) {
            HttpRequest request = loop.running();
            long now = System.nanoTime();
            if (request == null || loop.calls() != call) {
                call = loop.calls();
                since = now;
                warned = false;
            } else if (!warned && now - since >= TOLERATED.toNanos()) {
                warned = true;
                warn(loop, request);
            }
        }

        private static void warn(ServerLoop loop, HttpRequest request) {
            StringBuilder at = new StringBuilder();
            Thread thread = loop.thread();
            StackTraceElement[] frames = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
            for (StackTraceElement frame : frames) {
                at.append("\n\tat ").append(frame);
                if (frame.getClassName().startsWith("dev.duplex.server.internal")) {
                    break;
                }
            }
            LOG.warn(
                    "The handler of {} has held its event loop for over {} ms, and every session of that loop waits."
                            + " Use Route.blocking() or Route.executor(...) for a handler that blocks.{}",
                    request.path(),
                    TOLERATED.toMillis(),
                    at);
        }
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }
}
