package dev.duplex.cli.connect;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes messages as bytes, with a {@link Framing} between them. */
public final class FramedWriter implements MessageWriter {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX ", Locale.ROOT);

    private final OutputStream out;
    private final Framing framing;
    private final Pretty pretty;
    private final boolean escape;
    private final @Nullable Clock clock;

    /**
     * @param pretty how messages are made readable first
     * @param escape whether line feeds, carriage returns and backslashes within a message are written as \n, \r and \\
     * @param clock for the time before each line, or null for none
     */
    public FramedWriter(OutputStream out, Framing framing, Pretty pretty, boolean escape, @Nullable Clock clock) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.framing = framing;
        this.pretty = pretty;
        this.escape = escape;
        this.clock = clock;
    }

    @Override
    public void write(boolean text, byte[] message) throws IOException {
        if (clock != null) {
            out.write(TIME.format(ZonedDateTime.now(clock)).getBytes(StandardCharsets.US_ASCII));
        }
        byte[] shown = pretty.shown(text, message);
        byte[] payload = escape ? escaped(shown) : shown;
        switch (framing) {
            case nul -> {
                out.write(payload);
                out.write(0);
            }
            case chunk -> out.write(payload);
            case len32 -> {
                out.write(ByteBuffer.allocate(Integer.BYTES)
                        .putInt(payload.length)
                        .array());
                out.write(payload);
            }
            case hex -> line(HexFormat.of().formatHex(message).getBytes(StandardCharsets.US_ASCII));
            case base64 -> line(Base64.getEncoder().encode(message));
            default -> line(payload);
        }
    }

    private void line(byte[] line) throws IOException {
        out.write(line);
        out.write('\n');
    }

    private static byte[] escaped(byte[] message) {
        int more = 0;
        for (byte b : message) {
            more += isEscaped(b) ? 1 : 0;
        }
        if (more == 0) {
            return message;
        }
        ByteBuffer escaped = ByteBuffer.allocate(message.length + more);
        for (byte b : message) {
            if (isEscaped(b)) {
                escaped.put((byte) '\\').put((byte) (b == '\n' ? 'n' : b == '\r' ? 'r' : '\\'));
            } else {
                escaped.put(b);
            }
        }
        return escaped.array();
    }

    private static boolean isEscaped(byte b) {
        return b == '\n' || b == '\r' || b == '\\';
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
