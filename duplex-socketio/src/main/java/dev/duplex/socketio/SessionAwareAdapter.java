package dev.duplex.socketio;

import dev.duplex.socketio.internal.Timers;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of the last minutes and the clients that were lost, so that those find their state again and get what
 * they have missed. In the memory of this server.
 */
public class SessionAwareAdapter extends InMemoryAdapter {
    private final long millis;
    private final int maxEvents;
    private final LongSupplier clock;

    /** Those who were lost, oldest first. Its lock guards all that follows. */
    private final Map<String, Saved> sessions = new LinkedHashMap<>();

    /** Those who have come back and have not been let in yet. */
    private final Map<String, Restoring> restoring = new HashMap<>();

    /** Oldest first. */
    private final ArrayDeque<Sent> events = new ArrayDeque<>();

    private long lastSent;
    private long lastForgotten;

    private record Saved(SavedSession session, long until) {}

    /** @param lastSent the last event before it was found */
    private record Restoring(Saved saved, long lastSent) {}

    /** @param number one more than that of the event before */
    private record Sent(
            long number, String offset, List<@Nullable Object> data, BroadcastOptions options, long until) {}

    public SessionAwareAdapter(Namespace namespace) {
        this(namespace, Timers::now);
    }

    /** @param clock milliseconds that only go forward */
    SessionAwareAdapter(Namespace namespace, LongSupplier clock) {
        super(namespace);
        this.clock = clock;
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
            lastForgotten = events.removeFirst().number();
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
            long now = clock.getAsLong();
            events.add(new Sent(++lastSent, offset, data, options, now + millis));
            forgetWhatIsOld(now);
            super.broadcast(packet.withData(data), options);
        }
    }

    @Override
    public void persistSession(SavedSession session) {
        synchronized (sessions) {
            long now = clock.getAsLong();
            sessions.put(session.pid(), new Saved(session, now + millis));
            forgetWhatIsOld(now);
        }
    }

    @Override
    public CompletionStage<Optional<RestoredSession>> restoreSession(String pid, String offset) {
        synchronized (sessions) {
            long now = clock.getAsLong();
            forgetWhatIsOld(now);
            Saved saved = sessions.get(pid);
            // One whose restoring was cancelled is older than those before it.
            if (saved == null || saved.until() < now) {
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
            // Nobody else may come back as this client.
            sessions.remove(pid);
            restoring.put(pid, new Restoring(saved, lastSent));
            return CompletableFuture.completedFuture(Optional.of(new RestoredSession(saved.session(), missed)));
        }
    }

    @Override
    public boolean completeRestore(RestoredSession restored, Consumer<List<List<@Nullable Object>>> enter) {
        SavedSession session = restored.session();
        // No event is sent meanwhile: each is among those that were missed, or comes after them.
        synchronized (sessions) {
            Restoring found = restoring.get(session.pid());
            if (found == null || found.lastSent() < lastForgotten) {
                restoring.remove(session.pid());
                return false;
            }
            List<List<@Nullable Object>> missed = new ArrayList<>(restored.missed());
            for (Sent event : events) {
                if (event.number() > found.lastSent() && concerns(event.options(), session.rooms())) {
                    missed.add(event.data());
                }
            }
            super.completeRestore(new RestoredSession(session, missed), enter);
            restoring.remove(session.pid());
            return true;
        }
    }

    @Override
    public void cancelRestore(RestoredSession restored) {
        synchronized (sessions) {
            Restoring found = restoring.remove(restored.session().pid());
            if (found != null) {
                sessions.put(restored.session().pid(), found.saved());
                forgetWhatIsOld(clock.getAsLong());
            }
        }
    }

    private static boolean concerns(BroadcastOptions options, Set<String> rooms) {
        boolean included = options.rooms().isEmpty() || rooms.stream().anyMatch(options.rooms()::contains);
        return included && rooms.stream().noneMatch(options.except()::contains);
    }
}
