package dev.duplex.cli.common;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 250ms}, {@code 1.5s}, {@code 2m} or {@code 1h}; without a unit, seconds. */
public final class LengthOfTime implements ITypeConverter<Duration> {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(ms|s|m|h)?");

    @Override
    public Duration convert(String value) {
        Matcher matcher = TIME.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "expected a length of time, such as 500ms, 30s or 2m, but got '" + value + "'");
        }
        String unit = matcher.group(2);
        long nanos = switch (unit == null ? "s" : unit) {
            case "ms" -> 1_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1_000_000_000L;
        };
        BigDecimal length = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nanos));
        return length.compareTo(BigDecimal.valueOf(Duration.ofDays(365).toNanos())) > 0
                ? Duration.ofDays(365)
                : Duration.ofNanos(length.longValue());
    }
}
