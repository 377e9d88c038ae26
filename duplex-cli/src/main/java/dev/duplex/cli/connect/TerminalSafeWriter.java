package dev.duplex.cli.connect;

import dev.duplex.cli.common.Ending;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages for a terminal, which must not obey what a peer sends: control characters are written as escapes, and
 * bytes as a dump.
 */
public final class TerminalSafeWriter implements MessageWriter {
    private final FramedWriter lines;
    private final Pretty pretty;

    /** @param clock for the time before each message, or null for none */
    public TerminalSafeWriter(OutputStream out, Pretty pretty, boolean escape, @Nullable Clock clock) {
        this.lines = new FramedWriter(out, Framing.lines, Pretty.off, escape, clock);
        this.pretty = pretty == Pretty.auto ? Pretty.json : pretty;
    }

    @Override
    public void write(boolean text, byte[] message) throws IOException {
        if (!text || pretty == Pretty.hex) {
            lines.write(true, Pretty.hex.shown(false, message));
            return;
        }
        String shown = new String(pretty.shown(true, message), StandardCharsets.UTF_8);
        String safe = shown.lines().map(Ending::printable).collect(Collectors.joining("\n"));
        lines.write(true, safe.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void flush() throws IOException {
        lines.flush();
    }
}
