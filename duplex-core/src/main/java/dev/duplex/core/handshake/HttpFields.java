package dev.duplex.core.handshake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The header fields of an HTTP request or response (RFC 9110 §5): in the order of the message, names without regard to
 * case, a name as often as the message has it. Immutable; every value in it is safe to put on the wire.
 *
 * <pre>{@code
 * HttpFields fields = HttpFields.builder()
 *         .add("Set-Cookie", "a=1; HttpOnly")
 *         .add("Set-Cookie", "b=2; HttpOnly")
 *         .build();
 * fields.values("set-cookie");   // [a=1; HttpOnly, b=2; HttpOnly]
 * }</pre>
 *
 * <p>A lookup walks through all fields: their number is bounded by the limits of the handshake.
 */
public final class HttpFields implements Iterable<HttpFields.Field> {
    /** No fields at all. */
    public static final HttpFields EMPTY = new HttpFields();

    private final Field[] fields;

    private HttpFields(Field... fields) {
        this.fields = fields;
    }

    /**
     * One header field.
     *
     * @param name a token, in the spelling it was given
     * @param value the value without leading and trailing spaces and tabs
     */
    public record Field(String name, String value) {
        /**
         * Checks both, and trims the value.
         *
         * @throws IllegalArgumentException if the name is not a token (RFC 9110 §5.1), or the value has a control
         *     character other than tab or a character past U+00FF (RFC 9110 §5.5)
         */
        public Field {
            if (!Grammar.isToken(name)) {
                throw new IllegalArgumentException("the name of a header field must be a token, letters, digits and"
                        + " !#$%&'*+-.^_`|~ only, but was " + Grammar.quote(name) + " (RFC 9110 §5.1)");
            }
            // A character past 0xFF has no byte in HTTP/1.1; cut to its low byte, U+010A would become a line feed.
            for (int i = 0; i < value.length(); i++) {
                if (!Grammar.isFieldValueChar(value.charAt(i))) {
                    throw new IllegalArgumentException(String.format(
                            "the value of %s must have no control characters (CR, LF and NUL among them) other than"
                                    + " tab, and none past U+00FF, but has U+%04X at index %d (RFC 9110 §5.5)",
                            name, (int) value.charAt(i), i));
                }
            }
            value = Grammar.trim(value);
        }

        boolean isNamed(String wanted) {
            return Grammar.equalsIgnoreCase(name, wanted);
        }
    }

    /**
     * Fields from alternating names and values: {@code HttpFields.of("Allow", "GET", "Retry-After", "5")}.
     *
     * @throws IllegalArgumentException if a value is missing, or as {@link Builder#add} does
     */
    public static HttpFields of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "expected names and values in turns but got " + namesAndValues.length + " strings");
        }
        Builder builder = builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return builder.build();
    }

    /** A builder with no fields. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts with these fields. */
    public Builder toBuilder() {
        return builder().addAll(this);
    }

    /** All values of this name, in order; empty if there is none. */
    public List<String> values(String name) {
        return Arrays.stream(fields)
                .filter(field -> field.isNamed(name))
                .map(Field::value)
                .toList();
    }

    /** The first value of this name. */
    public Optional<String> first(String name) {
        return Arrays.stream(fields)
                .filter(field -> field.isNamed(name))
                .map(Field::value)
                .findFirst();
    }

    /**
     * The elements of a comma-separated list, over all fields of this name, without empty ones (RFC 9110 §5.6.1).
     * Not meant for lists that may have a comma inside a quoted string.
     */
    public List<String> tokens(String name) {
        List<String> elements = new ArrayList<>();
        for (Field field : fields) {
            if (field.isNamed(name)) {
                Grammar.splitList(field.value(), elements);
            }
        }
        return List.copyOf(elements);
    }

    /** Whether there is a field of this name. */
    public boolean has(String name) {
        return Arrays.stream(fields).anyMatch(field -> field.isNamed(name));
    }

    /** How many fields there are; a name that occurs twice counts twice. */
    public int size() {
        return fields.length;
    }

    public boolean isEmpty() {
        return fields.length == 0;
    }

    /** Calls the action with the name and value of each field, in order. */
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (Field field : fields) {
            action.accept(field.name(), field.value());
        }
    }

    @Override
    public Iterator<Field> iterator() {
        return Arrays.asList(fields).iterator();
    }

    /** Equal to fields of the same names, case aside, and values in the same order. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof HttpFields that) || that.fields.length != fields.length) {
            return false;
        }
        for (int i = 0; i < fields.length; i++) {
            Field mine = fields[i];
            Field theirs = that.fields[i];
            if (!mine.isNamed(theirs.name()) || !mine.value().equals(theirs.value())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (Field field : fields) {
            hash = 31 * hash + Objects.hash(Grammar.lowerCase(field.name()), field.value());
        }
        return hash;
    }

    /** The names only: values may be cookies and credentials, which do not belong into a log. */
    @Override
    public String toString() {
        return Arrays.stream(fields).map(Field::name).toList().toString();
    }

    /** What there is of this name, as the end of a sentence: {@code was "..."} or {@code is missing}. */
    String was(String name) {
        return has(name) ? "was " + Grammar.quote(String.join(", ", values(name))) : "is missing";
    }

    /** The fields as they stand in a message, each line with its CR LF (RFC 9112 §5). */
    String lines() {
        StringBuilder lines = new StringBuilder();
        forEach((name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        return lines.toString();
    }

    /** Collects fields. Not safe for use by several threads. */
    public static final class Builder {
        private final List<Field> fields = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a field after those already there.
         *
         * @param name a token
         * @param value visible characters, spaces and tabs; spaces and tabs at its ends are dropped
         * @throws IllegalArgumentException if the name is not a token (RFC 9110 §5.1), or the value has a control
         *     character other than tab or a character past U+00FF (RFC 9110 §5.5)
         */
        public Builder add(String name, String value) {
            fields.add(CommonFields.of(name, value));
            return this;
        }

        /**
         * Removes all fields of this name and adds this one at the end.
         *
         * @throws IllegalArgumentException as {@link #add} does
         */
        public Builder set(String name, String value) {
            Field field = new Field(name, value);
            remove(name);
            fields.add(field);
            return this;
        }

        /** Adds all of them, after those already there. */
        public Builder addAll(HttpFields others) {
            fields.addAll(Arrays.asList(others.fields));
            return this;
        }

        /** Removes all fields of this name. */
        public Builder remove(String name) {
            fields.removeIf(field -> field.isNamed(name));
            return this;
        }

        public HttpFields build() {
            return fields.isEmpty() ? EMPTY : new HttpFields(fields.toArray(new Field[0]));
        }
    }
}
