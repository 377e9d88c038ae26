package dev.duplex.cli.replay;

import java.util.List;
import java.util.regex.Pattern;

/** The parts of a text that differ from run to run, such as times and numbers, and are not compared. */
public record Masks(List<Pattern> patterns) {
    /** In place of what is not compared. */
    private static final String MASKED = "…";

    String applyTo(String text) {
        String masked = text;
        for (Pattern pattern : patterns) {
            masked = pattern.matcher(masked).replaceAll(MASKED);
        }
        return masked;
    }
}
