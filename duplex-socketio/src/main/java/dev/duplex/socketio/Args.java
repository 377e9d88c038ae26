package dev.duplex.socketio;

import dev.duplex.socketio.parser.Mapper;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The arguments of an event or of an acknowledgement, as the client sent them. Immutable. */
public final class Args {
    private final List<@Nullable Object> values;
    private final Mapper mapper;

    Args(List<@Nullable Object> values, Mapper mapper) {
        this.values = Collections.unmodifiableList(values);
        this.mapper = mapper;
    }

    public int size() {
        return values.size();
    }

    /**
     * An argument as an object of a class, such as a record, {@code String} or {@code byte[]}.
     *
     * @throws IllegalArgumentException if there is no such argument, it is null, or it does not fit the class
     */
    public <T> T get(int index, Class<T> type) {
        Object value = value(index);
        if (value == null) {
            throw new IllegalArgumentException("expected " + type.getSimpleName() + " as argument " + index
                    + (index < values.size() ? " but got null" : " but got " + values.size() + " arguments"));
        }
        Object object = mapper.fromValue(value, type);
        return box(type).cast(Objects.requireNonNull(object));
    }

    @SuppressWarnings("unchecked") // the class of the values of a primitive type
    private static <T> Class<T> box(Class<T> type) {
        return (Class<T>) java.lang.invoke.MethodType.methodType(type).wrap().returnType();
    }

    /**
     * An argument as a plain value: null, {@link Boolean}, {@link Number}, {@link String}, {@code byte[]}, {@link List} or
     * {@link java.util.Map}. Null if there is no such argument.
     */
    public @Nullable Object value(int index) {
        return index < values.size() ? values.get(index) : null;
    }

    /** All arguments as plain values. */
    public List<@Nullable Object> values() {
        return values;
    }

    /** How many, and not what they are: that may be private. */
    @Override
    public String toString() {
        return values.size() + " arguments";
    }
}
