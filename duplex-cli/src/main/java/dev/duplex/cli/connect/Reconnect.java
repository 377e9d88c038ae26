package dev.duplex.cli.connect;

import java.time.Duration;

/**
 * That a connection which is lost is made anew, as {@code --reconnect} says.
 *
 * @param attempts most attempts in a row, or 0 for no limit
 * @param base the bound of the first time between two attempts
 * @param cap what that bound grows to
 */
public record Reconnect(int attempts, Duration base, Duration cap) {}
