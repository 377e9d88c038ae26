package dev.duplex.socketio.internal.engine;

import dev.duplex.socketio.engine.CloseReason;
import dev.duplex.socketio.engine.ReadyState;
import dev.duplex.socketio.engine.TransportName;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client of Engine.IO, whatever carries its packets: heartbeat, polling, upgrade, closing. No I/O, no threads and no
 * clock: times are arguments, in milliseconds of any clock that only goes forward. Not safe for use by several threads,
 * and not to be entered again from the calls it makes.
 */
public final class EngineSession {
    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    /** How often a parked GET is looked for while the client upgrades, so that it need not wait for a message. */
    private static final long NOOP_INTERVAL = 100;

    /** How long an orderly end waits for the next GET. */
    private static final long CLOSE_TIMEOUT = 30_000;

    private static final String PROBE = "probe";

    private final String id;
    private final EngineCodec codec;
    private final SessionSettings settings;
    private final SessionEvents events;

    private ReadyState state = ReadyState.OPEN;
    private ArrayDeque<Packet> buffer = new ArrayDeque<>(4);
    private long buffered;

    /** What is in the buffer could not leave when it came. */
    private boolean waits;

    /** The GET that waits; only while polling. */
    private @Nullable Poll poll;

    /** The WebSocket in use; null while polling. */
    private @Nullable Link link;

    /** A WebSocket that may take over. */
    private @Nullable Link candidate;

    /** The end is told to the client with the next GET. */
    private boolean endsWithNextPoll;

    private final Heartbeat heartbeat;
    private long upgradedBy = NEVER;
    private long noopAt = NEVER;
    private long endedBy = NEVER;

    /**
     * A session of a client that polls; its first GET follows, by {@link #poll}.
     *
     * @param first a message that the client gets along with the handshake, or null
     */
    public EngineSession(
            String id,
            EngineCodec codec,
            SessionSettings settings,
            SessionEvents events,
            @Nullable Packet first,
            long now) {
        this(id, codec, settings, events, null, first, now);
    }

    /** A session that begins on a WebSocket, or by polling if that is null. */
    public EngineSession(
            String id,
            EngineCodec codec,
            SessionSettings settings,
            SessionEvents events,
            @Nullable Link link,
            @Nullable Packet first,
            long now) {
        this.id = id;
        this.codec = codec;
        this.settings = settings;
        this.events = events;
        this.link = link;
        this.heartbeat = new Heartbeat(codec.revision(), settings, now);
        send(Packet.of(PacketType.OPEN, handshake()));
        if (first != null) {
            send(first);
        }
        // The handshake waits for no transport.
        waits = false;
    }

    private String handshake() {
        String upgrades = link == null && settings.offersUpgrade() ? "\"websocket\"" : "";
        return "{\"sid\":\"" + id + "\",\"upgrades\":[" + upgrades + "],\"pingInterval\":" + settings.pingInterval()
                + ",\"pingTimeout\":" + settings.pingTimeout() + ",\"maxPayload\":" + settings.maxPayload() + "}";
    }

    public ReadyState state() {
        return state;
    }

    public TransportName transport() {
        return link == null ? TransportName.POLLING : TransportName.WEBSOCKET;
    }

    /** Whether a WebSocket has been named that may take over. */
    public boolean isUpgrading() {
        return candidate != null;
    }

    // -------------------------------------------------------------------------------------------------------- sending

    /** Sends a packet, now or as soon as the client takes it. Without effect once the session ends. */
    public void send(Packet packet) {
        if (state == ReadyState.OPEN) {
            enqueue(packet);
            flush();
        }
    }

    /** Sends packets that belong together, nothing between them. */
    public void send(List<Packet> packets) {
        if (state == ReadyState.OPEN) {
            packets.forEach(this::enqueue);
            flush();
        }
    }

    private void enqueue(Packet packet) {
        buffer.add(packet);
        buffered += packet.cost();
    }

    /** Whether a packet would leave at once: a GET waits, or the WebSocket takes it. */
    public boolean writable() {
        return state == ReadyState.OPEN && (link == null ? poll != null : link.writable());
    }

    private void flush() {
        if (state == ReadyState.CLOSED || buffer.isEmpty()) {
            return;
        }
        Link open = link;
        if (open != null) {
            for (Packet next = buffer.poll(); next != null; next = buffer.poll()) {
                open.send(next);
            }
        } else if (poll != null) {
            List<Packet> packets = List.copyOf(buffer);
            buffer.clear();
            answer(packets);
        } else {
            if (buffered > settings.maxBuffered()) {
                ended(
                        CloseReason.TRANSPORT_ERROR,
                        "more than " + settings.maxBuffered() + " bytes wait for the next poll (maxBufferedBytes)");
            }
            waits = true;
            return;
        }
        buffered = 0;
        if (waits) {
            waits = false;
            events.drained();
        }
    }

    private void answer(List<Packet> packets) {
        Poll waiting = poll;
        poll = null;
        if (waiting != null) {
            waiting.answer(packets);
        }
    }

    // -------------------------------------------------------------------------------------------------------- polling

    /** A GET has come. It is answered as soon as there is something to say. */
    public void poll(Poll request, long now) {
        if (state == ReadyState.CLOSED || link != null) {
            request.refuse();
            return;
        }
        if (poll != null) {
            ended(CloseReason.TRANSPORT_ERROR, "overlap from client");
            request.refuse();
            return;
        }
        poll = request;
        flush();
        if (endsWithNextPoll && poll != null) {
            answer(List.of(Packet.of(PacketType.NOOP), Packet.of(PacketType.CLOSE)));
            ended(CloseReason.FORCED_CLOSE, "");
        } else if (state == ReadyState.CLOSING && !endsWithNextPoll && buffer.isEmpty()) {
            closeTransport(false, now);
        }
    }

    /** The client has gone while its GET waited. */
    public void pollAborted(Poll request) {
        if (poll == request) {
            poll = null;
            ended(CloseReason.TRANSPORT_ERROR, "poll connection closed prematurely");
        }
    }

    /**
     * The body of a POST has come.
     *
     * @param binary whether it was declared as {@code application/octet-stream}
     * @return whether it is to be answered with 200; otherwise with 400
     */
    public boolean post(byte[] body, boolean binary, long now) {
        if (state == ReadyState.CLOSED || link != null) {
            return false;
        }
        if (binary && codec.revision() == 4) {
            ended(CloseReason.TRANSPORT_ERROR, "invalid content");
            return false;
        }
        boolean[] malformed = {false};
        codec.decodePayload(body, binary, packet -> {
            if (packet == null) {
                malformed[0] = state != ReadyState.CLOSED;
                ended(CloseReason.PARSE_ERROR, "");
            } else if (packet.type() == PacketType.CLOSE) {
                answer(List.of(Packet.of(PacketType.NOOP)));
                ended(CloseReason.TRANSPORT_CLOSE, "");
            } else {
                received(packet, now);
            }
            return state != ReadyState.CLOSED;
        });
        return !malformed[0];
    }

    /** A POST has come while an earlier one waits for its answer: a client sends one at a time. */
    public void postOverlaps() {
        if (link == null) {
            ended(CloseReason.TRANSPORT_ERROR, "data request overlap from client");
        }
    }

    // ------------------------------------------------------------------------------------------------------ WebSocket

    /** A WebSocket has been opened for this session, which may take over once it has been probed. */
    public void upgrade(Link opened, long now) {
        if (state == ReadyState.CLOSED || link != null || candidate != null) {
            opened.close();
            return;
        }
        candidate = opened;
        upgradedBy = now + settings.upgradeTimeout();
    }

    /** A text frame. */
    public void text(Link from, String frame, long now) {
        frame(from, codec.decodeText(frame), now);
    }

    /** A binary frame; the array is the session's from here on. */
    public void binary(Link from, byte[] frame, long now) {
        frame(from, codec.decodeBinary(frame), now);
    }

    private void frame(Link from, @Nullable Packet packet, long now) {
        if (from == candidate) {
            probed(from, packet, now);
        } else if (from == link) {
            if (packet == null) {
                ended(CloseReason.PARSE_ERROR, "");
            } else if (packet.type() == PacketType.CLOSE) {
                ended(CloseReason.TRANSPORT_CLOSE, "");
            } else {
                received(packet, now);
            }
        }
    }

    private void probed(Link from, @Nullable Packet packet, long now) {
        if (packet != null && packet.type() == PacketType.PING && packet.text().equals(PROBE)) {
            from.send(Packet.of(PacketType.PONG, PROBE));
            noopAt = now + NOOP_INTERVAL;
        } else if (packet != null && packet.type() == PacketType.UPGRADE) {
            takeOver(from, now);
        } else {
            abandonUpgrade();
        }
    }

    private void takeOver(Link from, long now) {
        candidate = null;
        upgradedBy = NEVER;
        noopAt = NEVER;
        // The official client polls no more by now. Another one is not to take a close packet for the end.
        answer(List.of(Packet.of(PacketType.NOOP)));
        link = from;
        heartbeat.moved(now);
        endsWithNextPoll = false;
        endedBy = NEVER;
        events.upgraded();
        flush();
        if (state == ReadyState.CLOSING) {
            ended(CloseReason.FORCED_CLOSE, "");
        }
    }

    private void abandonUpgrade() {
        Link gone = candidate;
        candidate = null;
        upgradedBy = NEVER;
        noopAt = NEVER;
        if (gone != null) {
            gone.close();
        }
    }

    /**
     * A WebSocket has ended.
     *
     * @param failed whether that was a failure rather than an end
     */
    public void linkClosed(Link closed, boolean failed, String description) {
        if (closed == candidate) {
            abandonUpgrade();
        } else if (closed == link) {
            ended(failed ? CloseReason.TRANSPORT_ERROR : CloseReason.TRANSPORT_CLOSE, description);
        }
    }

    // -------------------------------------------------------------------------------------------------------- packets

    private void received(Packet packet, long now) {
        if (state != ReadyState.OPEN) {
            return;
        }
        PacketType type = packet.type();
        switch (type) {
            case PING, PONG -> {
                boolean ping = type == PacketType.PING;
                if (!heartbeat.beats(ping, now)) {
                    ended(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction");
                } else if (ping) {
                    send(Packet.of(PacketType.PONG));
                }
            }
            case MESSAGE -> {
                heartbeat.heard(now);
                events.message(packet);
            }
            // Of no meaning from a client here; Node's server ignores them too.
            default -> heartbeat.heard(now);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- time

    /** When {@link #timeout} is to be called next, or {@link #NEVER}. */
    public long deadline() {
        return Math.min(heartbeat.deadline(), Math.min(Math.min(upgradedBy, noopAt), endedBy));
    }

    /** Does what is due. */
    public void timeout(long now) {
        if (heartbeat.isMissed(now)) {
            ended(CloseReason.PING_TIMEOUT, "");
        }
        if (now >= endedBy) {
            ended(CloseReason.FORCED_CLOSE, "");
        }
        if (now >= upgradedBy) {
            abandonUpgrade();
        }
        if (now >= noopAt) {
            noopAt = now + NOOP_INTERVAL;
            answer(List.of(Packet.of(PacketType.NOOP)));
        }
        if (heartbeat.pings(now)) {
            send(Packet.of(PacketType.PING));
        }
    }

    // -------------------------------------------------------------------------------------------------------- closing

    /**
     * Ends the session. What waits is sent before, unless it is to be discarded.
     *
     * @param discard whether to end at once
     */
    public void close(boolean discard, long now) {
        if (state == ReadyState.CLOSED) {
            return;
        }
        if (discard) {
            closeTransport(true, now);
        } else if (state == ReadyState.OPEN) {
            state = ReadyState.CLOSING;
            if (buffer.isEmpty()) {
                closeTransport(false, now);
            } else {
                endedBy = now + CLOSE_TIMEOUT;
            }
        }
    }

    private void closeTransport(boolean discard, long now) {
        if (link != null || poll != null || discard) {
            ended(CloseReason.FORCED_CLOSE, "");
        } else {
            endsWithNextPoll = true;
            endedBy = now + CLOSE_TIMEOUT;
        }
    }

    private void ended(CloseReason reason, String description) {
        if (state == ReadyState.CLOSED) {
            return;
        }
        state = ReadyState.CLOSED;
        heartbeat.end();
        endedBy = NEVER;
        buffer = new ArrayDeque<>(0);
        buffered = 0;
        abandonUpgrade();
        answer(List.of(Packet.of(PacketType.CLOSE)));
        if (link != null) {
            link.close();
        }
        events.closed(reason, description);
    }
}
