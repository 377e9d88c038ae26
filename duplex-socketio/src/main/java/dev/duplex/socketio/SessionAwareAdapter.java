package dev.duplex.socketio;

import dev.duplex.socketio.internal.Timers;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of the last minutes and the clients that were lost, so that those find their state again and get what
 * they have missed. In the memory of this server.
 */
public class SessionAwareAdapter extends InMemoryAdapter {
    private final long millis;
    private final int maxEvents;

    /** Both guarded by the lock of sessions, oldest first. */
    private final Map<String, Saved> sessions = new LinkedHashMap<>();

    private final ArrayDeque<Sent> events = new ArrayDeque<>();

    private record Saved(SavedSession session, long until) {}

    private record Sent(String offset, List<@Nullable Object> data, BroadcastOptions options, long until) {}

    public SessionAwareAdapter(Namespace namespace) {
        super(namespace);
        ConnectionStateRecovery recovery = namespace
                .server()
                .recovery()
                .orElseThrow(() -> new IllegalStateException(
                        "this adapter needs connectionStateRecovery(...) to know how long it is to remember"));
        this.millis = recovery.maxDisconnectionDuration().toMillis();
        this.maxEvents = recovery.maxEvents();
    }

    private void forgetWhatIsOld(long now) {
        while (!events.isEmpty() && (events.getFirst().until() < now || events.size() > maxEvents)) {
            events.removeFirst();
        }
        Iterator<Saved> oldest = sessions.values().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().until() >= now && sessions.size() <= maxEvents) {
                return;
            }
            oldest.remove();
        }
    }

    @Override
    public void broadcast(Packet packet, BroadcastOptions options) {
        if (packet.type() != PacketType.EVENT
                || packet.id().isPresent()
                || options.flags().ifWritable()) {
            super.broadcast(packet, options);
            return;
        }
        String offset = namespace().server().nextId();
        List<@Nullable Object> data = new ArrayList<>(packet.list());
        data.add(offset);
        // The order of the log is to be that of the wire, also if several threads send.
        synchronized (sessions) {
            long now = Timers.now();
            events.add(new Sent(offset, data, options, now + millis));
            forgetWhatIsOld(now);
            super.broadcast(packet.withData(data), options);
        }
    }

    @Override
    public void persistSession(SavedSession session) {
        synchronized (sessions) {
            long now = Timers.now();
            sessions.put(session.pid(), new Saved(session, now + millis));
            forgetWhatIsOld(now);
        }
    }

    @Override
    public CompletionStage<Optional<RestoredSession>> restoreSession(String pid, String offset) {
        synchronized (sessions) {
            forgetWhatIsOld(Timers.now());
            Saved saved = sessions.get(pid);
            if (saved == null) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            List<List<@Nullable Object>> missed = null;
            for (Sent event : events) {
                if (missed != null && concerns(event.options(), saved.session().rooms())) {
                    missed.add(event.data());
                }
                if (event.offset().equals(offset)) {
                    missed = new ArrayList<>();
                }
            }
            if (missed == null) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            // Known once: nobody else may come back as this client.
            sessions.remove(pid);
            return CompletableFuture.completedFuture(Optional.of(new RestoredSession(saved.session(), missed)));
        }
    }

    private static boolean concerns(BroadcastOptions options, Set<String> rooms) {
        boolean included = options.rooms().isEmpty() || rooms.stream().anyMatch(options.rooms()::contains);
        return included && rooms.stream().noneMatch(options.except()::contains);
    }
}
