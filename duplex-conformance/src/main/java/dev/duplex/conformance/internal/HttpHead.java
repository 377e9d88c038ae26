package dev.duplex.conformance.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The head of an HTTP message, right or wrong, as lines.
 *
 * @param start the request line or the status line
 * @param fields the field lines, {@code Name: value}
 * @param after what follows the head in the same segment
 */
public record HttpHead(String start, List<String> fields, String after) {
    public HttpHead {
        fields = List.copyOf(fields);
    }

    static HttpHead parse(String head) {
        List<String> lines = head.lines().filter(line -> !line.isEmpty()).toList();
        return lines.isEmpty()
                ? new HttpHead("", List.of(), "")
                : new HttpHead(lines.get(0), lines.subList(1, lines.size()), "");
    }

    /** With another first line. */
    public HttpHead start(String line) {
        return new HttpHead(line, fields, after);
    }

    /** With every field of that name taken away, and one added. */
    public HttpHead with(String name, String value) {
        return without(name).plus(name, value);
    }

    /** With a field more. */
    public HttpHead plus(String name, String value) {
        return plusLine(name + ": " + value);
    }

    /** With a line more, whatever is in it. */
    public HttpHead plusLine(String line) {
        List<String> more = new ArrayList<>(fields);
        more.add(line);
        return new HttpHead(start, more, after);
    }

    /** Without the fields of that name. */
    public HttpHead without(String name) {
        return new HttpHead(
                start, fields.stream().filter(line -> !isNamed(line, name)).toList(), after);
    }

    /** With all names in upper case. */
    public HttpHead shouting() {
        return new HttpHead(
                start,
                fields.stream()
                        .map(line -> line.substring(0, line.indexOf(':')).toUpperCase(Locale.ROOT)
                                + line.substring(line.indexOf(':')))
                        .toList(),
                after);
    }

    /** With bytes, each a character of ISO 8859-1, behind the head in the same segment. */
    public HttpHead after(String bytes) {
        return new HttpHead(start, fields, bytes);
    }

    /** The values of a field, in order. */
    public List<String> values(String name) {
        return fields.stream()
                .filter(line -> isNamed(line, name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .toList();
    }

    /** All values of a field as one list; empty if there is no such field. */
    public Optional<String> joined(String name) {
        List<String> values = values(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    /** Whether a field is a list with this token, case aside. */
    public boolean hasToken(String name, String token) {
        return joined(name)
                .map(list -> List.of(list.toLowerCase(Locale.ROOT).split("\\s*,\\s*"))
                        .contains(token.toLowerCase(Locale.ROOT)))
                .orElse(false);
    }

    /** The status of a response; -1 if the first line is no status line. */
    public int status() {
        return start.matches("HTTP/[0-9]\\.[0-9] [1-5][0-9][0-9]( .*)?")
                ? Integer.parseInt(start.substring(9, 12))
                : -1;
    }

    private static boolean isNamed(String line, String name) {
        int colon = line.indexOf(':');
        return colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase(name);
    }

    /** As it goes over the wire. */
    String text() {
        return start + "\r\n" + String.join("\r\n", fields) + (fields.isEmpty() ? "" : "\r\n") + "\r\n" + after;
    }
}
