package dev.duplex.cli.connect;

import dev.duplex.cli.record.RecordWriter;
import dev.duplex.cli.record.RecordedEvent;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** Keeps account of all that happens, in a recording and on stdout, where that is asked for. Any thread. */
public final class Journal {
    private final List<RecordWriter> writers;

    public Journal(List<RecordWriter> writers) {
        this.writers = List.copyOf(writers);
    }

    /** @param event made only if somebody wants it */
    public void write(Supplier<RecordedEvent> event) throws IOException {
        if (writers.isEmpty()) {
            return;
        }
        RecordedEvent happened = event.get();
        for (RecordWriter writer : writers) {
            writer.write(happened);
        }
    }

    public void close() throws IOException {
        for (RecordWriter writer : writers) {
            writer.close();
        }
    }
}
