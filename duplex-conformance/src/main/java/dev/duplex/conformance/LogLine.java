package dev.duplex.conformance;

/**
 * One thing that happened on the wire.
 *
 * @param micros microseconds since the case began
 * @param direction {@code >} for what was sent, {@code <} for what came, {@code -} for everything else
 * @param text what it is, in one line
 * @param hex its bytes, long ones cut; empty where there are none
 */
public record LogLine(long micros, String direction, String text, String hex) {}
