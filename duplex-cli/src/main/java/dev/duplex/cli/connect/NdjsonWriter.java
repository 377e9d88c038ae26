package dev.duplex.cli.connect;

import dev.duplex.cli.record.Direction;
import dev.duplex.cli.record.RecordWriter;
import dev.duplex.cli.record.RecordedEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/** Writes each message as one line of JSON, as in a recording. */
public final class NdjsonWriter implements MessageWriter {
    private final RecordWriter records;

    public NdjsonWriter(OutputStream out) {
        this.records = RecordWriter.events(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    @Override
    public void write(boolean text, byte[] message) throws IOException {
        records.write(
                text
                        ? RecordedEvent.text(Direction.IN, new String(message, StandardCharsets.UTF_8))
                        : RecordedEvent.binary(Direction.IN, message));
    }
}
