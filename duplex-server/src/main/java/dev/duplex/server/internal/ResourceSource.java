package dev.duplex.server.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Files of a folder on the class path. What is in a jar is read once and stays in memory, so that the memory needed is
 * bounded by the jar; what is in a directory of classes is read from there each time.
 */
public final class ResourceSource implements FileSource {
    private final Function<String, @Nullable URL> resources;
    private final String folder;
    private final String index;
    private final Map<String, MemoryFile> files = new ConcurrentHashMap<>();

    /**
     * A source of the files below a folder.
     *
     * @param resources finds a resource by its absolute name without a leading slash
     * @param folder the name of the folder, such as {@code web/chat}
     * @param index the file by which a folder is known where the jar does not list its folders
     */
    public ResourceSource(Function<String, @Nullable URL> resources, String folder, String index) {
        this.resources = resources;
        this.folder = folder;
        this.index = index;
    }

    @Override
    public @Nullable Entry find(List<String> names) {
        String name = names.isEmpty() ? folder : folder + "/" + String.join("/", names);
        MemoryFile known = files.get(name);
        if (known != null) {
            return known;
        }
        try {
            return load(name);
        } catch (IOException | URISyntaxException e) {
            return null;
        }
    }

    private @Nullable Entry load(String name) throws IOException, URISyntaxException {
        URL url = resources.apply(name);
        if (url != null && url.getProtocol().equals("file")) {
            return DiskFile.at(Path.of(url.toURI()));
        }
        // A jar has folders as entries that end with a slash, or does not have them at all.
        if (resources.apply(name + "/") != null || resources.apply(name + "/" + index) != null) {
            return new Folder();
        }
        if (url == null) {
            return null;
        }
        try (InputStream in = url.openStream()) {
            MemoryFile file = new MemoryFile(in.readAllBytes());
            files.put(name, file);
            return file;
        }
    }
}
