package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Messages with a part that differs: text in which <code>{{seq}}</code> and its like stand for numbers. */
public final class Template implements Body {
    private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([^{}]*?)\\s*}}");
    private static final int MOST_DIGITS = 19;

    /** What may stand in double braces. */
    private enum Place {
        /** The number of the message, each once in a run. */
        SEQ,
        /** The number of the connection, from 0 on. */
        CONN,
        /** Milliseconds since 1970, as of when the message is written. */
        TIME,
        /** A number below 2^31 that cannot be foreseen. */
        RANDOM,
        /** Letters, so many that the message has the wanted size. */
        PAD;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** A text, then a place, or the end. */
    private record Piece(byte[] before, @Nullable Place place) {}

    private final boolean text;
    private final List<Piece> pieces;
    private final int size;
    private final int most;

    private Template(boolean text, List<Piece> pieces, int size, int most) {
        this.text = text;
        this.pieces = pieces;
        this.size = size;
        this.most = most;
    }

    /**
     * Reads a template.
     *
     * @param size of a message in bytes, where {@code {{pad}}} is in it
     * @throws IllegalArgumentException if something else is in double braces, or the size is too small
     */
    public static Template of(String template, boolean text, int size) {
        List<Piece> pieces = new ArrayList<>();
        Matcher matcher = PLACE.matcher(template);
        int end = 0;
        int length = 0;
        boolean pads = false;
        while (matcher.find()) {
            Place place = place(matcher.group(1));
            if (place == Place.PAD && pads) {
                throw new IllegalArgumentException("{{pad}} can be there once only");
            }
            pads |= place == Place.PAD;
            byte[] before = template.substring(end, matcher.start()).getBytes(StandardCharsets.UTF_8);
            pieces.add(new Piece(before, place));
            length += before.length + (place == Place.PAD ? 0 : MOST_DIGITS);
            end = matcher.end();
        }
        byte[] rest = template.substring(end).getBytes(StandardCharsets.UTF_8);
        pieces.add(new Piece(rest, null));
        length += rest.length;
        return new Template(text, List.copyOf(pieces), pads ? size : 0, pads ? Math.max(size, length) : length);
    }

    private static Place place(String word) {
        for (Place place : Place.values()) {
            if (place.word().equals(word)) {
                return place;
            }
        }
        throw new IllegalArgumentException("expected one of "
                + Stream.of(Place.values())
                        .map(place -> "{{" + place.word() + "}}")
                        .collect(Collectors.joining(", "))
                + " but got '{{" + word + "}}'");
    }

    /** Whether the number of the message is in it. */
    public boolean hasSequence() {
        return pieces.stream().anyMatch(piece -> piece.place() == Place.SEQ);
    }

    @Override
    public boolean isText() {
        return text;
    }

    @Override
    public @Nullable Expected expected() {
        return null;
    }

    @Override
    public int size() {
        return most;
    }

    @Override
    public Writer writer() {
        return new Rendering();
    }

    private final class Rendering implements Writer {
        private final byte[] bytes = new byte[most];
        private final Payload payload = new Payload(bytes);
        private final SplittableRandom random = new SplittableRandom();
        private final long[] values = new long[Place.values().length];

        @Override
        public Payload payload() {
            return payload;
        }

        @Override
        public int write(long sequence, long connection) {
            values[Place.SEQ.ordinal()] = sequence;
            values[Place.CONN.ordinal()] = connection;
            values[Place.TIME.ordinal()] = System.currentTimeMillis();
            values[Place.RANDOM.ordinal()] = random.nextInt(Integer.MAX_VALUE);
            int padding = size == 0 ? 0 : Math.max(0, size - lengthWithoutPad());
            int at = 0;
            for (Piece piece : pieces) {
                System.arraycopy(piece.before(), 0, bytes, at, piece.before().length);
                at += piece.before().length;
                Place place = piece.place();
                if (place == Place.PAD) {
                    for (int i = 0; i < padding; i++) {
                        bytes[at++] = (byte) ('a' + i % 26);
                    }
                } else if (place != null) {
                    at = digits(values[place.ordinal()], at);
                }
            }
            return at;
        }

        private int lengthWithoutPad() {
            int length = 0;
            for (Piece piece : pieces) {
                length += piece.before().length;
                Place place = piece.place();
                if (place != null && place != Place.PAD) {
                    length += count(values[place.ordinal()]);
                }
            }
            return length;
        }

        private int digits(long value, int at) {
            int end = at + count(value);
            long rest = value;
            for (int i = end - 1; i >= at; i--) {
                bytes[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            return end;
        }

        private static int count(long value) {
            int digits = 1;
            for (long rest = value / 10; rest > 0; rest /= 10) {
                digits++;
            }
            return digits;
        }
    }
}
