package dev.duplex.cli.bench;

/** What is told about a run, while it goes and at the end. Called on one thread. */
public interface BenchReport {
    /** About once a second. */
    void second(Second second);

    /** All of it; the last call. */
    void result(BenchResult result);
}
