package dev.duplex.core.handshake;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code Sec-WebSocket-Extensions} says ({@code extension-list} of RFC 6455 §9.1): its elements, or why it is malformed. */
public sealed interface ExtensionList {
    /**
     * The elements of all fields together, in order.
     *
     * @param elements unmodifiable; empty only if there was no field
     */
    record Parsed(List<ExtensionElement> elements) implements ExtensionList {
        public Parsed {
            elements = List.copyOf(elements);
        }
    }

    /**
     * The value breaks the grammar, which fails the connection (RFC 6455 §9.1).
     *
     * @param reason what was expected and what came, in a few words; safe to show
     */
    record Malformed(String reason) implements ExtensionList {}

    /**
     * Parses the values of all {@code Sec-WebSocket-Extensions} fields of a message. Never throws; time and memory are
     * linear in the length of the values.
     */
    static ExtensionList parse(List<String> fieldValues) {
        List<ExtensionElement> elements = new ArrayList<>();
        for (String value : fieldValues) {
            ExtensionParser parser = new ExtensionParser(value);
            if (!parser.parseInto(elements)) {
                return new Malformed(parser.error());
            }
        }
        // RFC 6455 §9.1: extension-list = 1#extension, and empty elements do not count (RFC 2616 §2.1).
        if (elements.isEmpty() && !fieldValues.isEmpty()) {
            return new Malformed("expected at least one extension but the list is empty");
        }
        return new Parsed(elements);
    }

    /**
     * The elements as one field value, which {@link #parse} turns into the same elements again.
     *
     * @throws IllegalArgumentException if there is none: then the field is left out
     */
    static String format(List<ExtensionElement> elements) {
        if (elements.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected at least one extension; without any, leave the field out (RFC 6455 §9.1)");
        }
        return elements.stream().map(ExtensionElement::toString).collect(Collectors.joining(", "));
    }
}
