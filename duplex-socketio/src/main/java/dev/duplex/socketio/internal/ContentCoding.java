package dev.duplex.socketio.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Compression of responses (RFC 9110 §8.4.1). */
public enum ContentCoding {
    GZIP,
    DEFLATE;

    private static final List<String> TOKENS =
            Arrays.stream(values()).map(ContentCoding::token).toList();

    /** The name in header fields. */
    public String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one of this name. */
    public static ContentCoding of(String token) {
        return valueOf(token.toUpperCase(Locale.ROOT));
    }

    /**
     * What the client prefers (RFC 9110 §12.5.3).
     *
     * @param fields the values of Accept-Encoding
     */
    public static Optional<ContentCoding> accepted(List<String> fields) {
        return preferred(TOKENS, fields).map(ContentCoding::of);
    }

    /**
     * What the client prefers of what there is; the first among equals.
     *
     * @param tokens the names of what there is
     * @param fields the values of Accept-Encoding
     */
    public static Optional<String> preferred(List<String> tokens, List<String> fields) {
        String best = null;
        double bestWeight = 0;
        for (String token : tokens) {
            double weight = weight(token, fields);
            if (weight > bestWeight) {
                best = token;
                bestWeight = weight;
            }
        }
        return Optional.ofNullable(best);
    }

    private static double weight(String token, List<String> fields) {
        double any = 0;
        for (String field : fields) {
            for (String element : field.split(",")) {
                String[] parts = element.split(";");
                String name = parts[0].trim().toLowerCase(Locale.ROOT);
                if (name.equals(token)) {
                    return quality(parts);
                }
                if (name.equals("*")) {
                    any = quality(parts);
                }
            }
        }
        return any;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].trim().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2).trim());
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }

    public byte[] encode(byte[] bytes) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream(bytes.length / 2 + 64);
        try (OutputStream out = this == GZIP ? new GZIPOutputStream(encoded) : new DeflaterOutputStream(encoded)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return encoded.toByteArray();
    }
}
