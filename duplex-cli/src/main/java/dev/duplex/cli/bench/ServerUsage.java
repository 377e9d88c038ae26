package dev.duplex.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a process and its descendants have used so far, as Linux tells it in {@code /proc}.
 *
 * @param cpuSeconds user and system time of all threads
 * @param rssBytes resident memory
 */
public record ServerUsage(double cpuSeconds, long rssBytes) {
    /** USER_HZ, the unit of times in {@code /proc}, is 100 on every machine that runs Java. */
    private static final double TICKS = 100;

    private static final int KIB = 1024;
    private static final Pattern RSS = Pattern.compile("(?m)^VmRSS:\\s+([0-9]+) kB");

    // Fields of proc_pid_stat(5) after the name, which stands in brackets and may hold anything: utime, stime.
    private static final int UTIME = 11;
    private static final int STIME = 12;

    /**
     * The server in a run.
     *
     * @param before the run began
     * @param from when measuring began
     * @param until when it ended
     */
    public record Course(long pid, ServerUsage before, ServerUsage from, ServerUsage until) {
        double cpuSeconds() {
            return until.cpuSeconds - from.cpuSeconds;
        }

        /** What it has used for each of so many, in microseconds. */
        double cpuMicros(long messages) {
            return messages == 0 ? 0 : 1e6 * cpuSeconds() / messages;
        }
    }

    /** A process that is there; empty if there is none, or this is not Linux. */
    public static Optional<ServerUsage> of(long pid) {
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        if (handle.isEmpty()) {
            return Optional.empty();
        }
        List<Long> pids = Stream.concat(Stream.of(handle.get()), handle.get().descendants())
                .map(ProcessHandle::pid)
                .toList();
        ServerUsage sum = null;
        for (long each : pids) {
            ServerUsage one = one(Path.of("/proc", Long.toString(each)));
            if (one != null) {
                sum = sum == null ? one : new ServerUsage(sum.cpuSeconds + one.cpuSeconds, sum.rssBytes + one.rssBytes);
            }
        }
        return Optional.ofNullable(sum);
    }

    private static @Nullable ServerUsage one(Path directory) {
        try {
            return parsed(Files.readString(directory.resolve("stat")), Files.readString(directory.resolve("status")));
        } catch (IOException e) {
            return null; // it has ended
        }
    }

    static ServerUsage parsed(String stat, String status) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        double ticks = Double.parseDouble(fields[UTIME]) + Double.parseDouble(fields[STIME]);
        Matcher rss = RSS.matcher(status);
        return new ServerUsage(ticks / TICKS, rss.find() ? KIB * Long.parseLong(rss.group(1)) : 0);
    }
}
