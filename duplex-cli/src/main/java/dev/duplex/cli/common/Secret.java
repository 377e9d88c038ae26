package dev.duplex.cli.common;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What had better not stand in the list of processes: {@code @FILE} names a file with it, and a variable may hold it. */
final class Secret {
    private static final int MAX_BYTES = 64 * 1024;

    private Secret() {}

    /**
     * The secret itself.
     *
     * @param option for the failure's message
     * @param typed what was given with the option, or null
     * @param variable a variable of the environment that holds it where the option is not given
     */
    static Optional<String> read(
            String option, @Nullable String typed, String variable, Map<String, String> environment) {
        String value = typed != null ? typed : environment.get(variable);
        if (value == null) {
            return Optional.empty();
        }
        return Optional.of(
                typed != null && typed.startsWith("@") ? ofFile(option + " " + typed, typed.substring(1)) : value);
    }

    /**
     * The text of a small file, without the end of its last line.
     *
     * @param asked what was typed, for the failure's message
     */
    static String ofFile(String asked, String file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException | RuntimeException e) {
            throw CommandFailure.usage(asked + ": the file cannot be read");
        }
        if (bytes.length > MAX_BYTES) {
            throw CommandFailure.usage(asked + ": expected at most " + MAX_BYTES + " bytes, but the file has more");
        }
        return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    }
}
