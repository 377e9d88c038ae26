package dev.duplex.cli.record;

import java.time.Duration;

/**
 * A line of a recording after the first.
 *
 * @param number of the line in the file; the first is 1
 * @param time since the recording's start
 * @param event what happened
 */
public record RecordedLine(long number, Duration time, RecordedEvent event) {}
