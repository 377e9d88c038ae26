package dev.duplex.cli.chat;

import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A room. Its members come to one order of everything that happens in it: each event is numbered, remembered and
 * published under the lock of the room. Any thread.
 *
 * <p>There are two kinds of members. Those of the protocol {@code duplex-chat.v1} join with a name and get JSON. Plain
 * ones send and get bare text and are called {@code guest-1}, {@code guest-2} and so on.
 */
final class ChatRoom {
    private final String name;
    private final String epoch;
    private final Clock clock;
    private final ChatHistory history;

    /** Distinct for each room that ever was: a room made anew must not get what was published in the old one. */
    private final String jsonTopic;

    private final String plainTopic;

    private final Map<ChatLine, ChatMember> members = new LinkedHashMap<>();
    private final Set<ChatLine> plainMembers = new HashSet<>();
    private final Map<String, ChatLine> names = new HashMap<>();
    private long lastMessage;

    /**
     * An empty room.
     *
     * @param epoch tells this history from that of an earlier room of the same name
     * @param maxHistory how many messages newcomers get
     */
    ChatRoom(String name, String epoch, int maxHistory, Clock clock) {
        this.name = name;
        this.epoch = epoch;
        this.clock = clock;
        this.history = new ChatHistory(maxHistory);
        this.jsonTopic = "chat:" + epoch + ":json";
        this.plainTopic = "chat:" + epoch + ":plain";
    }

    String name() {
        return name;
    }

    /**
     * Lets somebody in: the others are told, the newcomer is welcomed, and follows from then on.
     *
     * @throws ChatProblem if the name cannot be had, or the member is in already
     */
    synchronized void join(ChatLine line, String wanted) throws ChatProblem {
        if (members.containsKey(line)) {
            throw ChatProtocol.bad("You have joined already; to change the name, send {\"type\":\"rename\"}.");
        }
        String checked = ChatNames.checked(wanted);
        claim(checked, line);
        ChatMember newcomer = new ChatMember(line.id(), checked);
        // Publishing comes before following: with it everything older is out, and the newcomer gets none of it twice.
        line.publish(jsonTopic, ChatProtocol.joined(newcomer, clock.millis()));
        members.put(line, newcomer);
        line.follow(jsonTopic);
        line.send(ChatProtocol.welcome(newcomer, name, epoch, members.values(), history.messages()));
    }

    /** Lets somebody in who speaks plain text. */
    synchronized void joinPlain(ChatLine line) {
        int number = 1;
        while (names.containsKey(ChatNames.key("guest-" + number))) {
            number++;
        }
        ChatMember guest = new ChatMember(line.id(), "guest-" + number);
        names.put(ChatNames.key(guest.name()), line);
        line.publish(jsonTopic, ChatProtocol.joined(guest, clock.millis()));
        members.put(line, guest);
        plainMembers.add(line);
        line.follow(plainTopic);
    }

    /**
     * Says something to everybody, the speaker included.
     *
     * @throws ChatProblem if the text is too long, or the speaker has not joined
     */
    synchronized void say(ChatLine line, String text) throws ChatProblem {
        ChatMember from = member(line);
        if (text.isBlank()) {
            throw ChatProtocol.bad("Expected a text that is not empty.");
        }
        tell(line, from, text, from.name() + ": " + text);
    }

    /**
     * Says something in plain text: those who speak plain text get exactly that.
     *
     * @throws ChatProblem if the text is too long
     */
    synchronized void sayPlain(ChatLine line, String text) throws ChatProblem {
        tell(line, member(line), text, text);
    }

    private void tell(ChatLine line, ChatMember from, String text, String plain) throws ChatProblem {
        if (text.length() > ChatProtocol.MAX_TEXT) {
            throw new ChatProblem(
                    ChatProblem.Code.TEXT_TOO_LONG,
                    "A text has at most " + ChatProtocol.MAX_TEXT + " characters, this one has " + text.length() + ".");
        }
        String message = ChatProtocol.message(++lastMessage, from, text, clock.millis());
        history.add(message);
        line.publish(jsonTopic, message);
        if (!plainMembers.isEmpty()) {
            line.publish(plainTopic, plain);
        }
    }

    /**
     * Gives a member another name.
     *
     * @throws ChatProblem if the name cannot be had, or the member has not joined
     */
    synchronized void rename(ChatLine line, String wanted) throws ChatProblem {
        ChatMember before = member(line);
        String checked = ChatNames.checked(wanted);
        if (checked.equals(before.name())) {
            return;
        }
        claim(checked, line);
        if (!ChatNames.key(checked).equals(ChatNames.key(before.name()))) {
            names.remove(ChatNames.key(before.name()));
        }
        ChatMember after = new ChatMember(before.id(), checked);
        members.put(line, after);
        line.publish(jsonTopic, ChatProtocol.renamed(after, before.name(), clock.millis()));
    }

    /** Somebody's connection has ended. */
    synchronized void leave(ChatLine line) {
        ChatMember member = members.remove(line);
        plainMembers.remove(line);
        if (member != null) {
            names.remove(ChatNames.key(member.name()));
            line.publish(jsonTopic, ChatProtocol.left(member, clock.millis()));
        }
    }

    private void claim(String wanted, ChatLine line) throws ChatProblem {
        @Nullable ChatLine holder = names.putIfAbsent(ChatNames.key(wanted), line);
        if (holder != null && holder != line) {
            throw new ChatProblem(ChatProblem.Code.NAME_TAKEN, "Somebody here is called " + wanted + " already.");
        }
    }

    private ChatMember member(ChatLine line) throws ChatProblem {
        ChatMember member = members.get(line);
        if (member == null) {
            throw ChatProtocol.bad("Expected {\"type\":\"join\",\"name\":\"...\"} first.");
        }
        return member;
    }
}
