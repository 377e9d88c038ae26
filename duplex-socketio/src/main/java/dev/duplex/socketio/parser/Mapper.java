package dev.duplex.socketio.parser;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Between objects of an application, such as records, plain values as a {@link Packet} has them, and JSON.
 * {@link JacksonMapper} is one. Thread-safe.
 */
public interface Mapper {
    /**
     * The plain value of an object; {@code byte[]}s stay what they are.
     *
     * @throws IllegalArgumentException if the object has none
     */
    @Nullable
    Object toValue(@Nullable Object object);

    /**
     * The object of a plain value.
     *
     * @throws IllegalArgumentException if the value does not fit the type
     */
    @Nullable
    Object fromValue(@Nullable Object value, Type type);

    /**
     * A plain value in JSON; it has no {@code byte[]}s.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    String write(@Nullable Object value);

    /**
     * The plain value of a JSON text.
     *
     * @throws ParseException if it is no JSON text, has anything behind it, or is nested too deeply
     */
    @Nullable
    Object read(String json) throws ParseException;
}
