package dev.duplex.cli.connect.terminal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sizes and counts in words. */
final class Sizes {
    private static final int UNIT = 1024;
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private Sizes() {}

    /** Such as {@code 1 byte}, {@code 120 bytes} or {@code 14.2 KiB}. */
    static String of(long bytes) {
        if (bytes < UNIT) {
            return counted(bytes, "byte");
        }
        double size = bytes;
        int unit = -1;
        while (size >= UNIT && unit < UNITS.length - 1) {
            size /= UNIT;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }

    /** Of its UTF-8. */
    static String ofText(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8).length);
    }

    /** Such as {@code 1 message} or {@code 2 messages}. */
    static String counted(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
