package dev.duplex.cli.connect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How a message is made readable before it is written. */
public enum Pretty {
    /** In a terminal, as json; otherwise off. */
    auto,
    /** Text that is JSON gets line breaks and indentation; nothing else of it changes. */
    json,
    /** As it came. */
    off,
    /** Offsets, bytes and their characters. */
    hex;

    private static final int BYTES_IN_LINE = 16;
    private static final JsonFactory JSON = new JsonFactory();

    byte[] shown(boolean text, byte[] message) {
        return switch (this) {
            case json -> text ? indented(message) : message;
            case hex -> dump(message).getBytes(StandardCharsets.US_ASCII);
            default -> message;
        };
    }

    private static byte[] indented(byte[] message) {
        StringWriter out = new StringWriter();
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        try (JsonParser in = JSON.createParser(message);
                JsonGenerator generator = JSON.createGenerator(out)) {
            generator.setPrettyPrinter(new DefaultPrettyPrinter(
                            Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER))
                    .withObjectIndenter(indenter)
                    .withArrayIndenter(indenter));
            if (in.nextToken() == null || !in.currentToken().isStructStart()) {
                return message;
            }
            generator.copyCurrentStructureExact(in);
            if (in.nextToken() != null) {
                return message;
            }
        } catch (JsonProcessingException e) {
            return message;
        } catch (IOException e) {
            throw new IllegalStateException(e); // both are in memory
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** As {@code hexdump -C} does it. */
    private static String dump(byte[] message) {
        StringBuilder lines = new StringBuilder();
        for (int start = 0; start < message.length || start == 0; start += BYTES_IN_LINE) {
            lines.append(start == 0 ? "" : "\n").append(String.format(Locale.ROOT, "%08x ", start));
            StringBuilder characters = new StringBuilder();
            for (int i = start; i < start + BYTES_IN_LINE; i++) {
                lines.append(i % 8 == 0 ? " " : "");
                if (i < message.length) {
                    lines.append(String.format(Locale.ROOT, "%02x ", message[i]));
                    characters.append(message[i] >= ' ' && message[i] < 0x7F ? (char) message[i] : '.');
                } else {
                    lines.append("   ");
                }
            }
            lines.append(" |").append(characters).append('|');
        }
        return lines.toString();
    }
}
