package dev.duplex.cli.connect;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** Writes the messages that come, one after the other, as bytes; buffered until {@link #flush}. */
public final class MessageWriter {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputStream out;
    private final Framing framing;
    private final boolean escape;

    /** @param escape whether line feeds, carriage returns and backslashes within a message are written as \n, \r and \\ */
    public MessageWriter(OutputStream out, Framing framing, boolean escape) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.framing = framing;
        this.escape = escape;
    }

    void write(byte[] message) throws IOException {
        byte[] payload = escape ? escaped(message) : message;
        switch (framing) {
            case lines -> {
                out.write(payload);
                out.write('\n');
            }
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
            case hex -> line(HexFormat.of().formatHex(message));
            case base64 -> line(Base64.getEncoder().encodeToString(message));
        }
    }

    private void line(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
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

    void flush() throws IOException {
        out.flush();
    }
}
