package dev.duplex.server.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A regular file.
 *
 * @param path where it is
 * @param length in bytes
 * @param modified when it was last written
 */
public record DiskFile(Path path, long length, Instant modified) implements FileSource.Entry {
    /** What is there, without following a symbolic link at the end of the path; null if it is no file and no folder. */
    static FileSource.@Nullable Entry at(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isDirectory()) {
            return new FileSource.Folder();
        }
        return attributes.isRegularFile()
                ? new DiskFile(
                        path, attributes.size(), attributes.lastModifiedTime().toInstant())
                : null;
    }

    /** A tag that changes with the length and with the time of the last change, as finely as the file system has it. */
    public String entityTag() {
        long nanos = modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
        return "\"" + Long.toHexString(length) + "-" + Long.toHexString(nanos) + "\"";
    }
}
