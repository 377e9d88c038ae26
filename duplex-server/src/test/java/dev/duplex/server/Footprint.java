package dev.duplex.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;

/**
 * What a server's JVM holds, once its garbage is gone.
 *
 * @param heap bytes of objects in use, without buffers that wait in a pool
 * @param direct bytes of Netty's direct buffers in use, without those that wait in a pool
 * @param threads living threads
 * @param descriptors open files and sockets
 * @param sessions open sessions of all servers
 */
record Footprint(long heap, long direct, int threads, int descriptors, int sessions) {
    /** Of this JVM, now. */
    static Footprint measure(int sessions) {
        // The second time finds what finalizers and cleaners have let go of.
        System.gc();
        System.gc();
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Footprint(
                heapAfterCollection() - waitingInPool(),
                PooledByteBufAllocator.DEFAULT.pinnedDirectMemory(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                (int) system.getOpenFileDescriptorCount(),
                sessions);
    }

    /** Right after the collection: what threads have set aside for themselves since does not count. */
    private static long heapAfterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    /** The pool takes megabytes at a time from the heap, whenever it pleases, for buffers that TLS uses. */
    private static long waitingInPool() {
        PooledByteBufAllocator pool = PooledByteBufAllocator.DEFAULT;
        return pool.metric().usedHeapMemory() - pool.pinnedHeapMemory();
    }

    static Footprint parse(String line) {
        String[] numbers = line.split(" ");
        return new Footprint(
                Long.parseLong(numbers[0]),
                Long.parseLong(numbers[1]),
                Integer.parseInt(numbers[2]),
                Integer.parseInt(numbers[3]),
                Integer.parseInt(numbers[4]));
    }

    String format() {
        return heap + " " + direct + " " + threads + " " + descriptors + " " + sessions;
    }

    /** The bytes of heap that each of so many clients has added since. */
    long heapPerClient(Footprint before, int clients) {
        return (heap - before.heap) / clients;
    }

    /** The bytes of direct buffers that each of so many clients has added since. */
    long directPerClient(Footprint before, int clients) {
        return (direct - before.direct) / clients;
    }
}
