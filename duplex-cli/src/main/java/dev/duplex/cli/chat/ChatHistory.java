package dev.duplex.cli.chat;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;

/** The last messages of a room, as JSON, bounded in number and in size. */
final class ChatHistory {
    /** In characters of JSON: what a newcomer is sent has to fit well into what may wait for a connection. */
    static final int MAX_CHARACTERS = 256 * 1024;

    private final int maxMessages;
    private final Deque<String> messages = new ArrayDeque<>();
    private int characters;

    ChatHistory(int maxMessages) {
        this.maxMessages = maxMessages;
    }

    void add(String message) {
        messages.add(message);
        characters += message.length();
        while (messages.size() > maxMessages || characters > MAX_CHARACTERS) {
            characters -= messages.remove().length();
        }
    }

    /** The oldest first. */
    Collection<String> messages() {
        return Collections.unmodifiableCollection(messages);
    }
}
