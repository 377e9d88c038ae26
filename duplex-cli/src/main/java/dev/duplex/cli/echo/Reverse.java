package dev.duplex.cli.echo;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import java.text.BreakIterator;
import java.util.Locale;

/** Sends back text and bytes in reverse. */
final class Reverse implements WebSocketHandler {
    @Override
    public void onMessage(Session session, Message message) {
        if (message.isText()) {
            session.send(reversed(message.text()));
        } else {
            session.send(reversed(message.bytes()));
        }
    }

    /** By characters as a reader counts them: neither surrogate pairs nor combining marks are torn apart. */
    static String reversed(String text) {
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(text);
        StringBuilder reversed = new StringBuilder(text.length());
        int end = characters.last();
        for (int start = characters.previous(); start != BreakIterator.DONE; start = characters.previous()) {
            reversed.append(text, start, end);
            end = start;
        }
        return reversed.toString();
    }

    static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
