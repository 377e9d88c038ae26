package dev.duplex.cli.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Writes a recording, a line at a time; what it has written is out when the method returns, so that whoever looks on, or
 * looks after a crash, sees all of it. Any thread may call it.
 */
public final class RecordWriter implements Closeable {
    /** As the first field of a recording's first line. */
    static final String MARK = "{\"duplex\":\"recording\"";

    static final int VERSION = 1;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final Pattern UNESCAPED_CONTROLS = Pattern.compile("[\\x{7f}-\\x{9f}]");
    private static final int MICROSECOND_DIGITS = 6;

    private final Writer out;
    private final LongSupplier nanoTime;
    private final long start;

    private RecordWriter(Writer out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /**
     * Begins a recording in a file that only its owner may read: what goes over a connection is nobody else's business.
     * An older recording is replaced; another file is not.
     *
     * @param url where to; its user and its query stay out of the file
     * @throws IOException if the file cannot be written, or is there already and no recording
     */
    public static RecordWriter create(Path file, String url) throws IOException {
        if (Files.exists(file) && !isReplaceable(file)) {
            throw new IOException(file + " is there already and is no recording; give another name, or remove it");
        }
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Writer out = Channels.newWriter(Files.newByteChannel(file, options, attributes), StandardCharsets.UTF_8);
        return start(out, url, Instant.now(), System::nanoTime);
    }

    private static boolean isReplaceable(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            // Such as /dev/stdout or a pipe, of which nothing is lost.
            return !Files.isDirectory(file);
        }
        if (Files.size(file) == 0) {
            return true;
        }
        try (BufferedReader in = Files.newBufferedReader(file)) {
            char[] head = new char[MARK.length()];
            int read = in.read(head);
            return read == head.length && MARK.equals(new String(head));
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Begins a recording. */
    static RecordWriter start(Writer out, String url, Instant started, LongSupplier nanoTime) throws IOException {
        RecordWriter writer = new RecordWriter(out, nanoTime);
        writer.line(json -> {
            json.writeStringField("duplex", "recording");
            json.writeNumberField("version", VERSION);
            json.writeStringField("started", started.toString());
            json.writeStringField("url", withoutSecrets(url));
        });
        return writer;
    }

    /** Just the events, without the line that makes a file a recording: for a stream that a script reads. */
    public static RecordWriter events(Writer out) {
        return new RecordWriter(out, System::nanoTime);
    }

    /** Writes that this happens now. */
    public void write(RecordedEvent event) throws IOException {
        Duration t = Duration.ofNanos(nanoTime.getAsLong() - start);
        line(json -> write(json, t, event));
    }

    private static void write(JsonGenerator json, Duration t, RecordedEvent event) throws IOException {
        json.writeNumberField("t", BigDecimal.valueOf(t.toNanos() / 1000, MICROSECOND_DIGITS));
        json.writeStringField("dir", event.direction().word());
        json.writeStringField("type", event.type().word());
        switch (event.type()) {
            case OPEN -> {
                json.writeStringField("subprotocol", event.text());
                json.writeStringField("extensions", event.extensions());
            }
            case TEXT -> json.writeStringField("data", event.text());
            case BINARY, PING, PONG -> json.writeBinaryField("base64", event.bytes());
            case CLOSE -> {
                json.writeNumberField("code", event.code());
                json.writeStringField("reason", event.text());
            }
            case ERROR -> json.writeStringField("message", event.text());
        }
    }

    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private void line(Fields fields) throws IOException {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        String text = terminalSafe(line.toString());
        synchronized (out) {
            out.write(text);
            out.write('\n');
            out.flush();
        }
    }

    /** JSON escapes the control characters below U+0020 only; a terminal obeys those from U+007F to U+009F as well. */
    private static String terminalSafe(String line) {
        return UNESCAPED_CONTROLS
                .matcher(line)
                .replaceAll(control ->
                        String.format("\\\\u%04x", (int) control.group().charAt(0)));
    }

    /** The URL without user and query. */
    static String withoutSecrets(String url) {
        try {
            URI uri = new URI(url);
            return new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), uri.getPath(), null, null).toString();
        } catch (URISyntaxException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
