package dev.duplex.server.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where static files come from. */
public interface FileSource {
    /** What a path leads to. */
    sealed interface Entry permits Folder, DiskFile, MemoryFile {}

    /** A folder, which may have an index page. */
    record Folder() implements Entry {}

    /**
     * Finds a file or folder. May read attributes and small files, and so block for a moment.
     *
     * @param names of the folders and the file, from the root on: none of them empty, a dot file, or with a slash,
     *     backslash, colon or control character in it
     * @return null if there is none, or it may not be served
     */
    @Nullable
    Entry find(List<String> names);
}
