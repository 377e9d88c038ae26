package dev.duplex.transport;

/** How bytes get between the kernel and us. */
public enum Transport {
    /** The first of epoll, kqueue and NIO that works on this machine. */
    AUTO,
    /** Linux 5.14 and later. */
    IO_URING,
    /** Linux. */
    EPOLL,
    /** macOS and BSD. */
    KQUEUE,
    /** Everywhere. */
    NIO
}
