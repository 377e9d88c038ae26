package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Payload;
import org.jspecify.annotations.Nullable;

/** What is sent. */
public interface Body {
    /** Whether messages are text; binary otherwise. */
    boolean isText();

    /** What each message is, so that its echo can be compared; null if they differ. */
    @Nullable
    Expected expected();

    /** Largest message in bytes. */
    int size();

    /** Something that writes messages, for one thread. */
    Writer writer();

    /** Writes one message after the other into the same bytes. */
    interface Writer {
        Payload payload();

        /**
         * Writes a message.
         *
         * @param sequence its number, of which there is one in the whole run
         * @param connection the number of the connection, from 0 on
         * @return its length
         */
        int write(long sequence, long connection);
    }

    /** The same message again and again. */
    static Body fixed(byte[] bytes, boolean text) {
        byte[] copy = bytes.clone();
        Expected expected = new Expected(copy);
        return new Body() {
            @Override
            public boolean isText() {
                return text;
            }

            @Override
            public Expected expected() {
                return expected;
            }

            @Override
            public int size() {
                return copy.length;
            }

            @Override
            public Writer writer() {
                Payload payload = new Payload(copy);
                return new Writer() {
                    @Override
                    public Payload payload() {
                        return payload;
                    }

                    @Override
                    public int write(long sequence, long connection) {
                        return payload.length();
                    }
                };
            }
        };
    }

    /** So many letters. */
    static Body letters(int size, boolean text) {
        byte[] letters = new byte[size];
        for (int i = 0; i < size; i++) {
            letters[i] = (byte) ('a' + i % 26);
        }
        return fixed(letters, text);
    }
}
