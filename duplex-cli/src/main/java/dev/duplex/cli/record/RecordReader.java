package dev.duplex.cli.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a recording, a line at a time. Not thread-safe. */
public final class RecordReader implements Closeable {
    /** Longest line; a message of 48 MiB in Base64 fits. */
    static final int MAX_LINE = 64 * 1024 * 1024;

    /** Longest time since the start, a year: nobody waits for more. */
    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(365L * 24 * 60 * 60);

    private static final int NANO_DIGITS = 9;
    private static final int SHOWN = 40;

    private final String name;
    private final BufferedReader in;
    private final int maxLine;
    private final JsonMapper json;
    private long number;

    private RecordReader(String name, Reader in, int maxLine) {
        this.name = name;
        this.in = new BufferedReader(in);
        this.maxLine = maxLine;
        this.json = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        json.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(maxLine)
                        .maxNestingDepth(100)
                        .build());
    }

    /**
     * Opens a recording.
     *
     * @throws IOException if it cannot be read, or its first line is not that of a recording of a version known here
     */
    public static RecordReader open(Path file) throws IOException {
        BufferedReader in;
        try {
            // The decoder of this method reports what is no UTF-8.
            in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
        try {
            return of(file.toString(), in, MAX_LINE);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    static RecordReader of(String name, Reader in, int maxLine) throws IOException {
        RecordReader reader = new RecordReader(name, in, maxLine);
        reader.readHead();
        return reader;
    }

    private void readHead() throws IOException {
        String line = nextLine();
        if (line == null) {
            throw new RecordFormatException(name + " is empty; 'duplex record' makes recordings");
        }
        if (!line.startsWith("{")) {
            throw wrong("expected a recording, which begins with " + RecordWriter.MARK + ", but got " + head(line));
        }
        JsonNode head = object(line);
        if (!"recording".equals(head.path("duplex").textValue())) {
            throw wrong("expected a recording, which begins with " + RecordWriter.MARK + ", but got " + head(line));
        }
        JsonNode version = head.path("version");
        if (!version.isInt() || version.intValue() != RecordWriter.VERSION) {
            throw wrong("expected a recording of version " + RecordWriter.VERSION + " but its version is "
                    + (version.isMissingNode() ? "missing" : head(version.toString()))
                    + "; a newer duplex may know it");
        }
    }

    /** The next line, or empty at the end. Empty lines are passed over. */
    public Optional<RecordedLine> next() throws IOException {
        String line = nextLine();
        while (line != null && line.isBlank()) {
            line = nextLine();
        }
        if (line == null) {
            return Optional.empty();
        }
        JsonNode object = object(line);
        return Optional.of(new RecordedLine(number, time(object), event(object)));
    }

    private JsonNode object(String line) throws IOException {
        JsonNode node;
        try {
            node = json.readTree(line);
        } catch (JsonProcessingException e) {
            String cutOff = in.read() < 0 ? "; was the recording cut off? Then remove this line" : "";
            throw wrong("expected a JSON object but got " + head(line) + ", which is not JSON" + cutOff);
        }
        if (!node.isObject()) {
            throw wrong("expected a JSON object but got " + head(line));
        }
        return node;
    }

    private Duration time(JsonNode object) throws IOException {
        JsonNode t = object.path("t");
        if (!t.isNumber() || t.decimalValue().signum() < 0 || t.decimalValue().compareTo(MAX_SECONDS) > 0) {
            throw wrong("expected the field t, seconds since the start from 0 to " + MAX_SECONDS + ", but " + got(t));
        }
        return Duration.ofNanos(t.decimalValue().movePointRight(NANO_DIGITS).longValue());
    }

    private RecordedEvent event(JsonNode object) throws IOException {
        RecordedEvent.Type type = word(object, "type", RecordedEvent.Type.class);
        if (type == RecordedEvent.Type.OPEN) {
            return RecordedEvent.open(optionalText(object, "subprotocol"), optionalText(object, "extensions"));
        }
        if (type == RecordedEvent.Type.ERROR) {
            return RecordedEvent.error(optionalText(object, "message"));
        }
        Direction direction = word(object, "dir", Direction.class);
        return switch (type) {
            case TEXT -> RecordedEvent.text(direction, text(object, "data"));
            case BINARY -> RecordedEvent.binary(direction, bytes(object));
            case PING -> RecordedEvent.ping(direction, bytes(object));
            case PONG -> RecordedEvent.pong(direction, bytes(object));
            default -> RecordedEvent.close(direction, closeCode(object), optionalText(object, "reason"));
        };
    }

    private <E extends Enum<E>> E word(JsonNode object, String field, Class<E> words) throws IOException {
        JsonNode value = object.path(field);
        for (E word : words.getEnumConstants()) {
            if (word.name().toLowerCase(Locale.ROOT).equals(value.textValue())) {
                return word;
            }
        }
        throw wrong("expected the field " + field + " to be "
                + Arrays.stream(words.getEnumConstants())
                        .map(word -> word.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" or "))
                + " but " + got(value));
    }

    private String text(JsonNode object, String field) throws IOException {
        JsonNode value = object.path(field);
        if (!value.isTextual()) {
            throw wrong("expected the field " + field + " to be a string but " + got(value));
        }
        return value.textValue();
    }

    private String optionalText(JsonNode object, String field) throws IOException {
        return object.path(field).isMissingNode() ? "" : text(object, field);
    }

    private byte[] bytes(JsonNode object) throws IOException {
        String base64 = text(object, "base64");
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw wrong("expected the field base64 to be Base64 (RFC 4648 §4) but got " + head(base64));
        }
    }

    private int closeCode(JsonNode object) throws IOException {
        JsonNode code = object.path("code");
        // RFC 6455 §7.4
        if (!code.isInt() || code.intValue() < 1000 || code.intValue() > 4999) {
            throw wrong("expected the field code to be a close code from 1000 to 4999 but " + got(code));
        }
        return code.intValue();
    }

    /** A line without its end; null at the end of the file. */
    private @Nullable String nextLine() throws IOException {
        number++;
        StringBuilder line = new StringBuilder();
        try {
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    return line.isEmpty() ? null : line.toString();
                }
                if (line.length() == maxLine) {
                    throw wrong("longer than " + maxLine + " characters");
                }
                line.append((char) c);
            }
        } catch (CharacterCodingException e) {
            throw wrong("expected UTF-8 but got something else");
        }
        return line.toString();
    }

    private static String got(JsonNode value) {
        return value.isMissingNode() ? "it is missing" : "got " + head(value.toString());
    }

    /** What fits into a sentence, and is safe in a terminal. */
    private static String head(String text) {
        String shown = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
        return "'" + shown.strip().replaceAll("\\p{Cntrl}", "?") + "'";
    }

    private RecordFormatException wrong(String what) {
        return new RecordFormatException(name + ", line " + number + ": " + what);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
