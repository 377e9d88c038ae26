package dev.duplex.server.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The path of a route: {@code /chat}, {@code /room/{name}}, {@code /files/*}.
 *
 * @param text as the application wrote it
 * @param segments between the slashes; at least one, which is empty for the path {@code /}
 */
record PathTemplate(String text, List<Segment> segments) {
    /** The name under which the rest of a path is found that a final {@code *} stands for. */
    static final String WILDCARD = "*";

    /** What a request's segment is compared with. */
    sealed interface Segment {}

    /** Exactly this text, compared with the decoded segment. */
    record Literal(String text) implements Segment {}

    /** One segment that is not empty. */
    record Parameter(String name) implements Segment {}

    /** One or more segments up to the end, the first of which may be empty. */
    record Wildcard() implements Segment {}

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException if it is malformed; the message says how to write it
     */
    static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw malformed(text, "it must begin with a slash, such as /chat");
        }
        String[] parts = text.substring(1).split("/", -1);
        List<Segment> segments = new ArrayList<>(parts.length);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < parts.length; i++) {
            Segment segment = segment(text, parts[i]);
            if (segment instanceof Wildcard && i < parts.length - 1) {
                throw malformed(text, "* may only be the last segment, such as /files/*");
            }
            if (segment instanceof Parameter parameter && !names.add(parameter.name())) {
                throw malformed(text, "the parameter {" + parameter.name() + "} must occur only once");
            }
            segments.add(segment);
        }
        return new PathTemplate(text, List.copyOf(segments));
    }

    /** The segments without the names of the parameters: equal for templates that fit the same paths. */
    List<Segment> shape() {
        return segments.stream()
                .map(segment -> segment instanceof Parameter ? new Parameter("") : segment)
                .toList();
    }

    private static Segment segment(String template, String part) {
        if (part.equals(WILDCARD)) {
            return new Wildcard();
        }
        if (part.startsWith("{") && part.endsWith("}")) {
            String name = part.substring(1, part.length() - 1);
            if (name.isEmpty() || name.chars().anyMatch(PathTemplate::isReserved)) {
                throw malformed(template, "a parameter needs a name without {, }, * and %, such as /room/{name}");
            }
            return new Parameter(name);
        }
        if (part.chars().anyMatch(PathTemplate::isReserved)) {
            throw malformed(
                    template,
                    "{, }, * and % may not stand inside a segment: write a whole segment {name}, a final *, and other"
                            + " characters as themselves instead of percent-encoded");
        }
        if (part.equals(".") || part.equals("..") || part.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
            throw malformed(template, "a request whose path has a segment ., .. or a control character is refused");
        }
        if (part.indexOf('?') >= 0 || part.indexOf('#') >= 0) {
            throw malformed(template, "it must end before the query; read that with query() in the handler");
        }
        return new Literal(part);
    }

    private static boolean isReserved(int c) {
        return c == '{' || c == '}' || c == '*' || c == '%';
    }

    private static IllegalArgumentException malformed(String template, String rule) {
        return new IllegalArgumentException("the path template " + Text.quote(template) + " is malformed: " + rule);
    }

    @Override
    public String toString() {
        return text;
    }
}
