package dev.duplex.cli.chat;

import java.time.Clock;

/**
 * Plays every scene of a room once before anybody is there. What it loads would otherwise be loaded while the first
 * member waits, on an event loop that has others to serve.
 */
final class Rehearsal implements ChatLine {
    private Rehearsal() {}

    static void hold() {
        ChatRoom room = new ChatRoom("rehearsal", "rehearsal", 1, Clock.systemUTC());
        ChatLine line = new Rehearsal();
        try {
            room.join(line, "Actor");
            room.say(line, "text");
            room.rename(line, "Understudy");
            room.leave(line);
            ChatProtocol.read("{\"type\":\"none\"}");
        } catch (ChatProblem expected) {
            ChatProtocol.error(expected);
        }
    }

    @Override
    public String id() {
        return "1";
    }

    @Override
    public void send(String text) {}

    @Override
    public void follow(String topic) {}

    @Override
    public void publish(String topic, String text) {}
}
