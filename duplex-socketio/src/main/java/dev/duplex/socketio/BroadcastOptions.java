package dev.duplex.socketio;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Who is to get an event, and how; part of the {@link Adapter} SPI.
 *
 * @param rooms clients in at least one of these, or all if it is empty
 * @param except but not those in one of these
 * @param flags how
 */
public record BroadcastOptions(Set<String> rooms, Set<String> except, Flags flags) {
    /** Everybody, as usual. */
    public static final BroadcastOptions ALL = new BroadcastOptions(Set.of(), Set.of(), Flags.NONE);

    public BroadcastOptions {
        rooms = Set.copyOf(rooms);
        except = Set.copyOf(except);
    }

    /**
     * How an event is sent.
     *
     * @param ifWritable drops it for clients to whom it would not leave at once ({@code volatile})
     * @param local for clients of this server only
     * @param compress whether it may be compressed
     * @param timeout how long acknowledgements are waited for
     */
    public record Flags(boolean ifWritable, boolean local, boolean compress, Optional<Duration> timeout) {
        public static final Flags NONE = new Flags(false, false, true, Optional.empty());

        Flags withIfWritable() {
            return new Flags(true, local, compress, timeout);
        }

        Flags withLocal() {
            return new Flags(ifWritable, true, compress, timeout);
        }

        Flags withCompress(boolean allowed) {
            return new Flags(ifWritable, local, allowed, timeout);
        }

        Flags withTimeout(Duration longest) {
            return new Flags(ifWritable, local, compress, Optional.of(longest));
        }
    }

    BroadcastOptions with(Flags changed) {
        return new BroadcastOptions(rooms, except, changed);
    }
}
