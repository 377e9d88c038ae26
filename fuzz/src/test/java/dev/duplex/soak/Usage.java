package dev.duplex.soak;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the process holds. Memory in bytes.
 *
 * @param heap after collections
 * @param pinned bytes of Netty's pooled buffers that are in use
 * @param direct bytes that Netty has reserved for direct buffers, in use or not
 * @param resident the process as the system sees it
 */
record Usage(
        long heap,
        long pinned,
        long direct,
        long resident,
        long descriptors,
        int threads,
        int timers,
        int zlibStreams) {
    private static final Path STATUS = Path.of("/proc/self/status");

    static Usage now(Inside inside) throws IOException {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return new Usage(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() + PooledByteBufAllocator.DEFAULT.pinnedHeapMemory(),
                PlatformDependent.usedDirectMemory(),
                residentNow(),
                descriptorsNow(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                inside.timers(),
                inside.zlibStreams());
    }

    /** How many threads have a name that begins so. */
    static long threadsOf(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    private static long residentNow() throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS in " + STATUS);
    }

    private static long descriptorsNow() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    static List<String> header() {
        return List.of(
                "", "heap KiB", "pinned KiB", "direct KiB", "resident KiB", "descriptors", "threads", "timers", "zlib");
    }

    List<String> row(String name) {
        return Stream.of(
                        name,
                        heap / 1024,
                        pinned / 1024,
                        direct / 1024,
                        resident / 1024,
                        descriptors,
                        threads,
                        timers,
                        zlibStreams)
                .map(String::valueOf)
                .toList();
    }
}
