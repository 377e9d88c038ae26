package dev.duplex.cli.common;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 10/s}, {@code 600/m}, {@code 0.5/s} or {@code 1/h}; without a unit, per second. */
public final class Rate implements ITypeConverter<Double> {
    private static final Pattern RATE = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(?:/(s|m|h))?");
    private static final double MINUTE = 60;
    private static final double HOUR = 3600;

    @Override
    public Double convert(String value) {
        Matcher matcher = RATE.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("expected a rate, such as 10/s or 600/m, but got '" + value + "'");
        }
        double number = Double.parseDouble(matcher.group(1));
        String unit = matcher.group(2);
        return switch (unit == null ? "s" : unit) {
            case "m" -> number / MINUTE;
            case "h" -> number / HOUR;
            default -> number;
        };
    }
}
