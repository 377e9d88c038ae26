package dev.duplex.socketio.internal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.socketio.engine.CloseReason;
import dev.duplex.socketio.engine.ReadyState;
import dev.duplex.socketio.engine.TransportName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a time that the test makes. */
class EngineSessionTest {
    private static final SessionSettings SETTINGS =
            new SessionSettings(25_000, 20_000, 10_000, 1_000_000, 10_000, true);

    /** What a session did, one line each, as packets look in frames. */
    private final List<String> log = new ArrayList<>();

    private final Socket ws = new Socket("ws");
    private long now = 1_000;

    private final class Get implements Poll {
        private final String name;

        Get(String name) {
            this.name = name;
        }

        @Override
        public void answer(List<Packet> packets) {
            EngineCodec.Payload payload = EngineCodec.of(4).encodePayload(packets, true);
            log.add(name + " " + new String(payload.bytes(), UTF_8).replace('\u001e', '|'));
        }

        @Override
        public void refuse() {
            log.add(name + " 400");
        }
    }

    private final class Socket implements Link {
        private final String name;
        private boolean writable = true;

        Socket(String name) {
            this.name = name;
        }

        @Override
        public void send(Packet packet) {
            log.add(name + " " + new String(packet.utf8(), UTF_8));
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void close() {
            log.add(name + " ends");
        }
    }

    private final class Told implements SessionEvents {
        @Override
        public void message(Packet message) {
            log.add("message " + message.text());
        }

        @Override
        public void upgraded() {
            log.add("upgraded");
        }

        @Override
        public void drained() {
            log.add("drained");
        }

        @Override
        public void closed(CloseReason reason, String description) {
            log.add("closed: " + reason + (description.isEmpty() ? "" : ", " + description));
        }
    }

    private EngineSession polling(int revision) {
        return new EngineSession("ID", EngineCodec.of(revision), SETTINGS, new Told(), null, now);
    }

    /** Open, its handshake sent, and no GET waiting. */
    private EngineSession polling() {
        EngineSession session = polling(4);
        session.poll(new Get("handshake"), now);
        log.clear();
        return session;
    }

    private EngineSession webSocket(Socket socket) {
        EngineSession session = new EngineSession("ID", EngineCodec.of(4), SETTINGS, new Told(), socket, null, now);
        log.clear();
        return session;
    }

    private static Packet text(String text) {
        return Packet.message(text, true);
    }

    private static boolean post(EngineSession session, String body, long now) {
        return session.post(body.replace('|', '\u001e').getBytes(UTF_8), false, now);
    }

    /** Lets time pass, as a timer would that looks at the deadline. */
    private void pass(EngineSession session, long millis) {
        long end = now + millis;
        while (session.deadline() <= end) {
            now = Math.max(now, session.deadline());
            session.timeout(now);
        }
        now = end;
    }

    // ------------------------------------------------------------------------------------------------------- handshake

    @Test
    void aPollingClientGetsTheHandshakeWithItsFirstGet() {
        EngineSession session = polling(4);
        assertThat(session.writable()).isFalse();
        session.poll(new Get("get"), now);
        assertThat(log)
                .containsExactly(
                        "get 0{\"sid\":\"ID\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,"
                                + "\"maxPayload\":1000000}");
        assertThat(session.transport()).isEqualTo(TransportName.POLLING);
    }

    @Test
    void aClientOnWebSocketGetsItAtOnceAndNoUpgrades() {
        new EngineSession("ID", EngineCodec.of(4), SETTINGS, new Told(), new Socket("ws"), text("first"), now);
        assertThat(log)
                .containsExactly(
                        "ws 0{\"sid\":\"ID\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,"
                                + "\"maxPayload\":1000000}",
                        "ws 4first");
    }

    // --------------------------------------------------------------------------------------------------------- polling

    @Test
    void aGetWaitsForSomethingToSay() {
        EngineSession session = polling();
        session.poll(new Get("get"), now);
        assertThat(log).isEmpty();
        assertThat(session.writable()).isTrue();
        session.send(text("hello"));
        assertThat(log).containsExactly("get 4hello");
        assertThat(session.writable()).isFalse();
    }

    @Test
    void whatHadToWaitLeavesWithTheNextGetInOrder() {
        EngineSession session = polling();
        session.send(text("a"));
        session.send(List.of(text("b"), text("c")));
        session.poll(new Get("get"), now);
        assertThat(log).containsExactly("get 4a|4b|4c", "drained");
    }

    @Test
    void twoGetsAtATimeEndTheSession() {
        EngineSession session = polling();
        session.poll(new Get("one"), now);
        session.poll(new Get("two"), now);
        assertThat(log).containsExactly("one 1", "closed: transport error, overlap from client", "two 400");
        session.poll(new Get("three"), now);
        assertThat(log).endsWith("three 400");
    }

    @Test
    void twoPostsAtATimeEndTheSession() {
        EngineSession session = polling();
        session.poll(new Get("get"), now);
        session.postOverlaps();
        assertThat(log).containsExactly("get 1", "closed: transport error, data request overlap from client");
        session.postOverlaps();
        assertThat(log).hasSize(2);
    }

    @Test
    void aPostBesideAWebSocketEndsNothing() {
        EngineSession session = webSocket(ws);
        session.postOverlaps();
        assertThat(session.state()).isEqualTo(ReadyState.OPEN);
        assertThat(log).isEmpty();
    }

    @Test
    void aGetThatIsBrokenOffEndsTheSession() {
        EngineSession session = polling();
        Get get = new Get("get");
        session.poll(get, now);
        session.pollAborted(new Get("another"));
        assertThat(session.state()).isEqualTo(ReadyState.OPEN);
        session.pollAborted(get);
        assertThat(log).containsExactly("closed: transport error, poll connection closed prematurely");
    }

    @Test
    void aPostBringsMessages() {
        EngineSession session = polling();
        assertThat(post(session, "4a|4b", now)).isTrue();
        assertThat(log).containsExactly("message a", "message b");
    }

    @Test
    void aMalformedPostEndsTheSession() {
        EngineSession session = polling();
        session.poll(new Get("get"), now);
        assertThat(post(session, "4a|abc|4b", now)).isFalse();
        assertThat(log).containsExactly("message a", "get 1", "closed: parse error");
        assertThat(post(session, "4c", now)).isFalse();
    }

    @Test
    void aBinaryPostIsOfRevision3() {
        EngineSession session = polling();
        assertThat(session.post(new byte[] {4, 1}, true, now)).isFalse();
        assertThat(log).containsExactly("closed: transport error, invalid content");
    }

    @Test
    void aClosePacketEndsTheSessionAndAnswersTheGet() {
        EngineSession session = polling();
        session.poll(new Get("get"), now);
        assertThat(post(session, "4a|1|4b", now)).isTrue();
        assertThat(log).containsExactly("message a", "get 6", "closed: transport close");
    }

    @Test
    void whatWaitsForAClientThatDoesNotPollIsBounded() {
        EngineSession session = polling();
        for (int i = 0; i < 9; i++) {
            session.send(text("x".repeat(1_000)));
        }
        assertThat(log).isEmpty();
        session.send(text("x".repeat(1_000)));
        assertThat(log)
                .containsExactly("closed: transport error, more than 10000 bytes wait for the next poll"
                        + " (maxBufferedBytes)");
    }

    // ------------------------------------------------------------------------------------------------------- heartbeat

    @Test
    void pingsAndTakesPongs() {
        EngineSession session = webSocket(ws);
        Socket socket = new Socket("other");
        for (int i = 0; i < 3; i++) {
            pass(session, 24_999);
            assertThat(log).isEmpty();
            pass(session, 1);
            assertThat(log).containsExactly("ws 2");
            pass(session, 19_999);
            session.text(socket, "3", now);
            assertThat(session.deadline()).as("a pong of somebody else").isEqualTo(now + 1);
            session.text(ws, "3", now);
            log.clear();
        }
        assertThat(session.state()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void aPingWithoutAnswerEndsTheSession() {
        EngineSession session = webSocket(ws);
        pass(session, 25_000 + 19_999);
        assertThat(log).containsExactly("ws 2");
        pass(session, 1);
        assertThat(log).containsExactly("ws 2", "ws ends", "closed: ping timeout");
        assertThat(session.deadline()).isEqualTo(EngineSession.NEVER);
    }

    @Test
    void aMessageInsteadOfAPongExtendsTheTimeOnce() {
        EngineSession session = webSocket(ws);
        pass(session, 25_000 + 15_000);
        session.text(ws, "4large", now);
        pass(session, 15_000);
        session.text(ws, "4larger", now);
        assertThat(session.state()).isEqualTo(ReadyState.OPEN);
        pass(session, 5_000);
        assertThat(log).endsWith("closed: ping timeout");
    }

    @Test
    void aClientOfRevision4DoesNotPing() {
        EngineSession session = webSocket(ws);
        session.text(ws, "2", now);
        assertThat(log).containsExactly("ws ends", "closed: transport error, invalid heartbeat direction");
    }

    @Test
    void aClientOfRevision3Pings() {
        EngineSession session = new EngineSession("ID", EngineCodec.of(3), SETTINGS, new Told(), ws, null, now);
        log.clear();
        for (int i = 0; i < 3; i++) {
            pass(session, 44_999);
            session.text(ws, "2", now);
            assertThat(log).containsExactly("ws 3");
            log.clear();
        }
        session.text(ws, "4not a ping", now);
        pass(session, 45_000);
        assertThat(log).containsExactly("message not a ping", "ws ends", "closed: ping timeout");
        EngineSession another = new EngineSession("ID", EngineCodec.of(3), SETTINGS, new Told(), ws, null, now);
        another.text(ws, "3", now);
        assertThat(log).endsWith("closed: transport error, invalid heartbeat direction");
    }

    // --------------------------------------------------------------------------------------------------------- upgrade

    @Test
    void upgradesWithAProbe() {
        EngineSession session = polling();
        session.upgrade(ws, now);
        assertThat(session.isUpgrading()).isTrue();
        session.text(ws, "2probe", now);
        session.send(text("still by polling"));
        session.poll(new Get("get"), now);
        assertThat(log).containsExactly("ws 3probe", "get 4still by polling", "drained");
        log.clear();
        session.poll(new Get("next"), now);
        pass(session, 100);
        assertThat(log).containsExactly("next 6");
        session.send(text("in between"));
        session.text(ws, "5", now);
        assertThat(log).containsExactly("next 6", "upgraded", "ws 4in between", "drained");
        assertThat(session.transport()).isEqualTo(TransportName.WEBSOCKET);
        session.text(ws, "4hello", now);
        assertThat(log).endsWith("message hello");
        session.poll(new Get("late"), now);
        assertThat(post(session, "4late", now)).isFalse();
        assertThat(log).endsWith("late 400");
    }

    @Test
    void anUpgradeThatIsNotFinishedLeavesPollingAlone() {
        EngineSession session = polling();
        session.upgrade(ws, now);
        session.text(ws, "2probe", now);
        pass(session, 10_000);
        assertThat(log).endsWith("ws ends");
        assertThat(session.isUpgrading()).isFalse();
        session.text(ws, "5", now);
        session.send(text("hello"));
        session.poll(new Get("get"), now);
        assertThat(log).endsWith("get 4hello", "drained");
    }

    @Test
    void anythingElseThanAProbeEndsTheUpgrade() {
        for (String frame : List.of("4hello", "2", "2other", "nonsense", "1")) {
            log.clear();
            EngineSession session = polling();
            session.upgrade(ws, now);
            session.text(ws, frame, now);
            assertThat(log).as(frame).containsExactly("ws ends");
            assertThat(session.state()).isEqualTo(ReadyState.OPEN);
        }
    }

    @Test
    void aSecondWebSocketIsEndedAtOnce() {
        EngineSession session = polling();
        session.upgrade(ws, now);
        Socket second = new Socket("second");
        session.upgrade(second, now);
        assertThat(log).containsExactly("second ends");
        session.text(ws, "5", now);
        log.clear();
        session.upgrade(second, now);
        assertThat(log).containsExactly("second ends");
    }

    @Test
    void aSessionThatEndsTakesItsUpgradeAlong() {
        EngineSession session = polling();
        session.upgrade(ws, now);
        session.close(true, now);
        assertThat(log).containsExactly("ws ends", "closed: forced close");
        EngineSession another = polling();
        another.upgrade(ws, now);
        another.linkClosed(ws, false, "");
        assertThat(another.isUpgrading()).isFalse();
        assertThat(another.state()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void aPingThatWasInFlightGetsTimeOnTheWebSocket() {
        EngineSession session = polling();
        session.poll(new Get("get"), now);
        pass(session, 25_000);
        assertThat(log).containsExactly("get 2");
        pass(session, 19_000);
        session.upgrade(ws, now);
        session.text(ws, "2probe", now);
        session.text(ws, "5", now);
        pass(session, 19_999);
        assertThat(session.state()).isEqualTo(ReadyState.OPEN);
        session.text(ws, "3", now);
        pass(session, 25_000);
        assertThat(log).endsWith("ws 2");
    }

    // --------------------------------------------------------------------------------------------------------- closing

    @Test
    void closingAnswersTheGetThatWaits() {
        EngineSession session = polling();
        session.poll(new Get("get"), now);
        session.close(false, now);
        assertThat(log).containsExactly("get 1", "closed: forced close");
    }

    @Test
    void closingWaitsForTheNextGet() {
        EngineSession session = polling();
        session.close(false, now);
        session.send(text("too late"));
        assertThat(session.state()).isEqualTo(ReadyState.CLOSING);
        pass(session, 10_000);
        session.poll(new Get("get"), now);
        assertThat(log).containsExactly("get 6|1", "closed: forced close");
    }

    @Test
    void closingWaitsThirtySecondsForAGet() {
        EngineSession session = polling();
        session.close(false, now);
        pass(session, 29_999);
        assertThat(log).isEmpty();
        pass(session, 1);
        assertThat(log).containsExactly("closed: forced close");
    }

    @Test
    void closingSendsWhatWaitsBefore() {
        EngineSession session = polling();
        session.send(text("last words"));
        session.close(false, now);
        assertThat(log).isEmpty();
        session.poll(new Get("one"), now);
        assertThat(log).containsExactly("one 4last words", "drained");
        session.poll(new Get("two"), now);
        assertThat(log).endsWith("two 6|1", "closed: forced close");
    }

    @Test
    void closingAndDiscardingWaitsForNothing() {
        EngineSession session = polling();
        session.send(text("lost"));
        session.close(false, now);
        session.close(true, now);
        session.close(true, now);
        assertThat(log).containsExactly("closed: forced close");
    }

    @Test
    void closingAWebSocketEndsIt() {
        EngineSession session = webSocket(ws);
        session.send(text("last words"));
        session.close(false, now);
        assertThat(log).containsExactly("ws 4last words", "ws ends", "closed: forced close");
        session.text(ws, "4late", now);
        session.linkClosed(ws, false, "");
        assertThat(log).hasSize(3);
    }

    @Test
    void tellsHowAWebSocketEnded() {
        webSocket(ws).linkClosed(ws, false, "end of stream");
        assertThat(log).containsExactly("ws ends", "closed: transport close, end of stream");
        webSocket(ws).linkClosed(ws, true, "too large");
        assertThat(log).containsExactly("ws ends", "closed: transport error, too large");
        webSocket(ws).text(ws, "1", now);
        assertThat(log).containsExactly("ws ends", "closed: transport close");
        webSocket(ws).text(ws, "x", now);
        assertThat(log).containsExactly("ws ends", "closed: parse error");
    }

    @Test
    void asksTheWebSocketWhetherItIsWritable() {
        EngineSession session = webSocket(ws);
        assertThat(session.writable()).isTrue();
        ws.writable = false;
        assertThat(session.writable()).isFalse();
        ws.writable = true;
        session.close(false, now);
        assertThat(session.writable()).isFalse();
    }
}
