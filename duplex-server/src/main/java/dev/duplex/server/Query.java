package dev.duplex.server;

import dev.duplex.server.internal.PercentEncoding;
import dev.duplex.server.internal.Text;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query string, {@code ?every=1s&tag=a&tag=b}, decoded: names and values as UTF-8, a plus sign as a
 * space. A name may occur several times; names are told apart by case. Immutable.
 *
 * <p>Every method that reads a value as something other than text throws {@link BadRequestException} for a value that
 * is not one, which the server answers with 400.
 */
public final class Query {
    /** A query without parameters. */
    public static final Query EMPTY = new Query("", Map.of());

    /** How many parameters a query may have. */
    public static final int MAX_PARAMETERS = 1000;

    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,10}");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|h)?");

    private final String raw;
    private final Map<String, List<String>> values;

    private Query(String raw, Map<String, List<String>> values) {
        this.raw = raw;
        this.values = values;
    }

    /**
     * Reads a query string (URL Standard §5.1, application/x-www-form-urlencoded), in time linear in its length.
     *
     * @param raw what stands after the question mark, without it; empty pieces between two {@code &} are skipped, and a
     *     piece without {@code =} is a name with an empty value
     * @throws BadRequestException if a percent sign is malformed, or there are more than {@value #MAX_PARAMETERS}
     *     parameters
     */
    public static Query parse(String raw) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        int count = 0;
        int start = 0;
        for (int i = 0; i <= raw.length(); i++) {
            if (i == raw.length() || raw.charAt(i) == '&') {
                if (i > start) {
                    count++;
                    if (count > MAX_PARAMETERS) {
                        throw new BadRequestException(
                                "expected at most " + MAX_PARAMETERS + " query parameters but got more");
                    }
                    add(raw.substring(start, i), values);
                }
                start = i + 1;
            }
        }
        values.replaceAll((name, list) -> Collections.unmodifiableList(list));
        return new Query(raw, Collections.unmodifiableMap(values));
    }

    private static void add(String piece, Map<String, List<String>> values) {
        int equals = piece.indexOf('=');
        String name = equals < 0 ? piece : piece.substring(0, equals);
        String value = equals < 0 ? "" : piece.substring(equals + 1);
        values.computeIfAbsent(PercentEncoding.decodeForm(name), key -> new ArrayList<>(1))
                .add(PercentEncoding.decodeForm(value));
    }

    /** The first value of this name. */
    public Optional<String> first(String name) {
        List<String> all = values.get(name);
        return all == null ? Optional.empty() : Optional.of(all.get(0));
    }

    /** All values of this name, in order; empty if there is none. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The names, each once, in the order of their first occurrence. */
    public Set<String> names() {
        return values.keySet();
    }

    /** Whether there is a parameter of this name, with whatever value. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /**
     * The first value of this name as a decimal number.
     *
     * @param name the parameter
     * @param fallback what stands for a missing parameter; need not be in the range
     * @param min the smallest number allowed
     * @param max the largest number allowed
     * @throws BadRequestException if the value is not a whole number from {@code min} to {@code max}
     */
    public int integer(String name, int fallback, int min, int max) {
        Optional<String> text = first(name);
        if (text.isEmpty()) {
            return fallback;
        }
        if (INTEGER.matcher(text.get()).matches()) {
            long number = Long.parseLong(text.get());
            if (number >= min && number <= max) {
                return (int) number;
            }
        }
        throw unexpected(name, "a whole number from " + min + " to " + max, text.get());
    }

    /**
     * The first value of this name as a length of time: digits, with a fraction if need be, and a unit of {@code ms},
     * {@code s}, {@code m} (minutes) or {@code h}; without a unit, seconds.
     *
     * @param name the parameter
     * @param fallback what stands for a missing parameter
     * @return at least zero and at most 365 days
     * @throws BadRequestException if the value is not a length of time, or longer than 365 days
     */
    public Duration duration(String name, Duration fallback) {
        Optional<String> text = first(name);
        if (text.isEmpty()) {
            return fallback;
        }
        Matcher matcher = DURATION.matcher(text.get());
        if (matcher.matches()) {
            BigDecimal nanos =
                    new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nanosPer(matcher.group(2))));
            if (nanos.compareTo(BigDecimal.valueOf(LONGEST.toNanos())) <= 0) {
                return Duration.ofNanos(nanos.longValue());
            }
        }
        throw unexpected(name, "a length of time up to 365 days, such as 250ms, 1s, 2m or 1h", text.get());
    }

    private static long nanosPer(@Nullable String unit) {
        return switch (unit == null ? "s" : unit) {
            case "ms" -> 1_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1_000_000_000L;
        };
    }

    private static BadRequestException unexpected(String name, String expected, String came) {
        return new BadRequestException(
                "expected " + expected + " for the query parameter " + name + " but got " + Text.quote(came));
    }

    /** Equal to a query of the same names and values, each in the same order. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Query that && that.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** The query as it came, without the question mark. */
    @Override
    public String toString() {
        return raw;
    }
}
