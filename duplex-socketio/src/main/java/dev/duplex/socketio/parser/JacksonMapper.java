package dev.duplex.socketio.parser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON by Jackson. */
public final class JacksonMapper implements Mapper {
    private final ObjectMapper mapper;
    private final ObjectReader reader;

    /** With Jackson's defaults, but for properties that a class does not have, which are ignored. */
    public JacksonMapper() {
        this(new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
    }

    /** With the settings and modules of a mapper, which must not be changed afterwards. */
    public JacksonMapper(ObjectMapper mapper) {
        this.mapper = mapper;
        this.reader = mapper.readerFor(Object.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    @Override
    public @Nullable Object toValue(@Nullable Object object) {
        if (object == null
                || object instanceof String
                || object instanceof Number
                || object instanceof Boolean
                || object instanceof byte[]) {
            return object;
        }
        return mapper.convertValue(object, Object.class);
    }

    @Override
    public @Nullable Object fromValue(@Nullable Object value, Type type) {
        if (type == Object.class || (type instanceof Class<?> simple && simple.isInstance(value) && isFinal(simple))) {
            return value;
        }
        return mapper.convertValue(value, mapper.constructType(type));
    }

    private static boolean isFinal(Class<?> type) {
        return type == String.class
                || type == byte[].class
                || type == Boolean.class
                || type == Map.class
                || type == List.class;
    }

    @Override
    public String write(@Nullable Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the arguments cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public @Nullable Object read(String json) throws ParseException {
        try {
            return reader.readValue(json);
        } catch (JsonProcessingException e) {
            throw new ParseException("expected JSON but got something else: " + e.getOriginalMessage());
        }
    }
}
