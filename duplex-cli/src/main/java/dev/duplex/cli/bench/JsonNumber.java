package dev.duplex.cli.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.JsonPointerBasedFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number, or a time, at one place in JSON messages. What follows that place is not looked at. */
public final class JsonNumber {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]]+)|\\[([0-9]{1,9})]");

    // A time in the second unit that is as large as the first of these would be millions of years away.
    private static final double LEAST_MILLIS = 1e11;
    private static final double LEAST_MICROS = 1e14;
    private static final double LEAST_NANOS = 1e17;
    private static final double NANOS = 1e9;

    private final String path;
    private final JsonPointer pointer;

    private JsonNumber(String path, JsonPointer pointer) {
        this.path = path;
        this.pointer = pointer;
    }

    /**
     * The place of a path like {@code data.items[0].id}, with {@code $.} before it or not.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static JsonNumber at(String path) {
        String steps = path.replaceFirst("^\\$\\.?", "");
        StringBuilder pointer = new StringBuilder();
        Matcher matcher = STEP.matcher(steps);
        int end = 0;
        while (matcher.lookingAt()) {
            String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
            end = matcher.end();
            matcher.region(end, steps.length());
        }
        if (pointer.isEmpty() || end < steps.length()) {
            throw new IllegalArgumentException(
                    "expected the path of a number in JSON, such as id or data.items[0].id, but got '" + path + "'");
        }
        return new JsonNumber(path, JsonPointer.compile(pointer.toString()));
    }

    private interface Reading<T> {
        T of(JsonParser at, JsonToken token) throws IOException;
    }

    private <T> T read(byte[] message, T nothing, Reading<T> reading) {
        try (JsonParser all = JSON.createParser(message);
                JsonParser found = new FilteringParserDelegate(
                        all, new JsonPointerBasedFilter(pointer), Inclusion.ONLY_INCLUDE_ALL, false)) {
            JsonToken token = found.nextToken();
            return token == null ? nothing : reading.of(found, token);
        } catch (IOException | NumberFormatException | DateTimeException e) {
            return nothing;
        }
    }

    /** The whole number there, also as a text; empty if there is none, or the message is no JSON. */
    OptionalLong number(byte[] message) {
        return read(
                message,
                OptionalLong.empty(),
                (at, token) -> token == JsonToken.VALUE_NUMBER_INT
                        ? OptionalLong.of(at.getLongValue())
                        : token == JsonToken.VALUE_STRING
                                ? OptionalLong.of(Long.parseLong(at.getText()))
                                : OptionalLong.empty());
    }

    /**
     * The time there: seconds, milliseconds, microseconds or nanoseconds since 1970, whichever makes a year of our time, or a
     * text as ISO 8601 has it.
     */
    Optional<Instant> time(byte[] message) {
        return read(message, Optional.empty(), (at, token) -> switch (token) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Optional.of(instant(at.getDoubleValue()));
            case VALUE_STRING -> Optional.of(Instant.parse(at.getText()));
            default -> Optional.empty();
        });
    }

    private static Instant instant(double number) {
        double unit = number < LEAST_MILLIS ? 1 : number < LEAST_MICROS ? 1e3 : number < LEAST_NANOS ? 1e6 : NANOS;
        double seconds = Math.floor(number / unit);
        return Instant.ofEpochSecond((long) seconds, (long) ((number / unit - seconds) * NANOS));
    }

    @Override
    public String toString() {
        return path;
    }
}
