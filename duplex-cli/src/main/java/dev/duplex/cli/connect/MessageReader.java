package dev.duplex.cli.connect;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Cuts a stream into messages. */
public interface MessageReader {
    /** The next message, or null at the end. Blocks. */
    @Nullable
    Outgoing next() throws IOException;
}
