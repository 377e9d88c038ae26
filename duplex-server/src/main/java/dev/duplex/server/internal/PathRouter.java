package dev.duplex.server.internal;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the value whose path template fits a path. Of several that fit, the first segment from the left in which they
 * differ decides: literal text before a parameter before a wildcard.
 *
 * <p>The templates form a tree with one level per segment. A search visits no node twice and ends at the deepest
 * template, so its work is bounded by the routes and by the path, whichever is smaller. Immutable.
 *
 * @param <T> what a route leads to
 */
public final class PathRouter<T> {
    private final Node<T> root;

    private PathRouter(Node<T> root) {
        this.root = root;
    }

    /**
     * What was found.
     *
     * @param value the value of the route
     * @param template the path of the route as the application wrote it
     * @param parameters the decoded value of each parameter by its name, in the order of the template; the rest of the
     *     path under {@code *}, where the template ends so
     * @param tail the decoded segments that the final {@code *} stands for; all segments of the path where the template
     *     has no {@code *}
     */
    public record Match<T>(T value, String template, Map<String, String> parameters, List<String> tail) {}

    /** A builder without routes. */
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    /** The route for the decoded segments of a path, as {@link RequestTarget#segments()} has them. */
    public Optional<Match<T>> match(List<String> segments) {
        Leaf<T> leaf = find(root, segments, 0);
        return leaf == null ? Optional.empty() : Optional.of(leaf.matched(segments));
    }

    // The depth of the recursion is that of the deepest template, not that of the path.
    private @Nullable Leaf<T> find(Node<T> node, List<String> segments, int index) {
        if (index == segments.size()) {
            return node.end;
        }
        String segment = segments.get(index);
        Node<T> literal = node.literals.get(segment);
        if (literal != null) {
            Leaf<T> found = find(literal, segments, index + 1);
            if (found != null) {
                return found;
            }
        }
        if (node.parameter != null && !segment.isEmpty()) {
            Leaf<T> found = find(node.parameter, segments, index + 1);
            if (found != null) {
                return found;
            }
        }
        return node.wildcard;
    }

    private static final class Node<T> {
        final Map<String, Node<T>> literals = new HashMap<>();

        @Nullable
        Node<T> parameter;

        @Nullable
        Leaf<T> wildcard;

        @Nullable
        Leaf<T> end;

        Node<T> parameter() {
            Node<T> existing = parameter;
            if (existing == null) {
                existing = new Node<>();
                parameter = existing;
            }
            return existing;
        }
    }

    private record Leaf<T>(PathTemplate template, T value) {
        Match<T> matched(List<String> path) {
            Map<String, String> parameters = new LinkedHashMap<>();
            List<String> tail = path;
            List<PathTemplate.Segment> segments = template.segments();
            for (int i = 0; i < segments.size(); i++) {
                if (segments.get(i) instanceof PathTemplate.Parameter parameter) {
                    parameters.put(parameter.name(), path.get(i));
                } else if (segments.get(i) instanceof PathTemplate.Wildcard) {
                    tail = path.subList(i, path.size());
                    parameters.put(PathTemplate.WILDCARD, String.join("/", tail));
                }
            }
            return new Match<>(
                    value,
                    template.text(),
                    parameters.isEmpty() ? Map.of() : Collections.unmodifiableMap(parameters),
                    List.copyOf(tail));
        }
    }

    /** Collects routes. Not safe for use by several threads. */
    public static final class Builder<T> {
        private final Map<List<PathTemplate.Segment>, Leaf<T>> leaves = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a route.
         *
         * @throws IllegalArgumentException if the template is malformed, or fits the same paths as one already there
         */
        public Builder<T> add(String template, T value) {
            PathTemplate parsed = PathTemplate.parse(template);
            Leaf<T> rival = leaves.putIfAbsent(parsed.shape(), new Leaf<>(parsed, value));
            if (rival != null) {
                throw new IllegalArgumentException(
                        "the path templates " + Text.quote(rival.template().text()) + " and " + Text.quote(template)
                                + " fit the same paths: leave one of them out");
            }
            return this;
        }

        /** A router with the routes added so far. */
        public PathRouter<T> build() {
            Node<T> root = new Node<>();
            leaves.values().forEach(leaf -> insert(root, leaf));
            return new PathRouter<>(root);
        }

        private static <T> void insert(Node<T> root, Leaf<T> leaf) {
            Node<T> node = root;
            for (PathTemplate.Segment segment : leaf.template().segments()) {
                if (segment instanceof PathTemplate.Wildcard) {
                    node.wildcard = leaf;
                    return;
                }
                if (segment instanceof PathTemplate.Literal literal) {
                    node = node.literals.computeIfAbsent(literal.text(), text -> new Node<>());
                } else {
                    node = node.parameter();
                }
            }
            node.end = leaf;
        }
    }
}
