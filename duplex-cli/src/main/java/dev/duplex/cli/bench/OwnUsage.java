package dev.duplex.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;

/**
 * What the bench itself has used of the processors.
 *
 * @param process CPU time of this process in nanoseconds
 * @param threads of each of its loops' threads; -1 where the JVM cannot tell
 */
public record OwnUsage(long process, List<Long> threads) {
    private static final double BUSY = 0.9;

    /**
     * The shares of a piece of time.
     *
     * @param process of one processor, so it may be above 1
     * @param busiest of the thread of a loop; 1 is all of it
     */
    record Share(double process, double busiest) {
        /** Whether a loop had hardly any time left, so that the figures may be the bench's and not the server's. */
        boolean isLimit() {
            return busiest >= BUSY;
        }
    }

    static OwnUsage now(List<Thread> threads) {
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        long process =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
        return new OwnUsage(
                process,
                threads.stream()
                        .map(thread -> times.isThreadCpuTimeSupported() ? times.getThreadCpuTime(thread.getId()) : -1L)
                        .toList());
    }

    Share since(OwnUsage before, long nanos) {
        double busiest = 0;
        for (int i = 0; i < threads.size(); i++) {
            busiest = Math.max(busiest, (double) (threads.get(i) - before.threads.get(i)) / nanos);
        }
        return new Share((double) (process - before.process) / nanos, busiest);
    }
}
