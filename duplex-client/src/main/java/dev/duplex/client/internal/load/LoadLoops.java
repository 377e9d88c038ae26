package dev.duplex.client.internal.load;

import dev.duplex.client.internal.ClientLoops;
import dev.duplex.transport.Transport;
import dev.duplex.transport.internal.LoopState;
import java.util.List;

/** Event loops of their own for connections under load. */
public final class LoadLoops implements AutoCloseable {
    private final ClientLoops loops;
    private final List<LoadLoop> all;

    private LoadLoops(ClientLoops loops) {
        this.loops = loops;
        this.all = loops.loops().states().stream()
                .map(LoopState::loop)
                .map(loop -> new LoadLoop(loops, loop))
                .toList();
    }

    /**
     * Starts loops.
     *
     * @param threads how many
     * @throws IllegalStateException if a transport was asked for by name and does not work here
     */
    public static LoadLoops open(Transport transport, int threads) {
        return new LoadLoops(ClientLoops.open(transport, threads, "duplex-load"));
    }

    /** All of them, in a fixed order. */
    public List<LoadLoop> loops() {
        return all;
    }

    /** The transport that was chosen; never AUTO. */
    public Transport transport() {
        return loops.loops().transport();
    }

    /** Ends the loops, and with them what is still open. */
    @Override
    public void close() {
        loops.loops().shutdown();
    }
}
