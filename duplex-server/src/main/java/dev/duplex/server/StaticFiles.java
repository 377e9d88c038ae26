package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.internal.DirectorySource;
import dev.duplex.server.internal.DiskFile;
import dev.duplex.server.internal.EntityTags;
import dev.duplex.server.internal.FileSource;
import dev.duplex.server.internal.HttpDate;
import dev.duplex.server.internal.MediaTypes;
import dev.duplex.server.internal.MemoryFile;
import dev.duplex.server.internal.ResourceSource;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Serves files of a directory or of a folder on the class path, to GET and HEAD. The path within is
 * {@link HttpRequest#tail()}: with the route {@code /files/*}, what stands for the star. Immutable.
 *
 * <p>Nothing outside the directory is ever served, not by dot segments, encoded slashes or backslashes, nor by symbolic
 * links that lead out of it; neither are files and folders whose names begin with a dot. For a folder its
 * {@code index.html} is served. Responses have a strong ETag and {@code Cache-Control: no-cache}, so that browsers keep
 * a copy but ask each time whether it is still good (304).
 *
 * <p>Attributes of files are read by the calling thread. Files of a directory are sent piece by piece, never loaded.
 */
public final class StaticFiles implements HttpHandler {
    private static final String INDEX = "index.html";

    private final FileSource source;
    private final String cacheControl;
    private final HttpFields htmlFields;

    private StaticFiles(FileSource source, String cacheControl, HttpFields htmlFields) {
        this.source = source;
        this.cacheControl = cacheControl;
        this.htmlFields = htmlFields;
    }

    /**
     * Serves the files below a directory.
     *
     * @throws IllegalArgumentException if it is not a directory
     */
    public static StaticFiles directory(Path directory) {
        return new StaticFiles(new DirectorySource(directory), "no-cache", HttpFields.EMPTY);
    }

    /**
     * Serves the files of a folder on the class path. What is in a jar is kept in memory after the first request.
     *
     * @param anchor a class of the application; its class loader, and for a named module that module, has the folder,
     *     which must then be no package, or an open one
     * @param folder such as {@code web/chat}
     * @throws IllegalArgumentException if the folder is empty, which would make classes public, or does not exist
     */
    public static StaticFiles resources(Class<?> anchor, String folder) {
        if (folder.isEmpty() || folder.startsWith("/") || folder.endsWith("/")) {
            throw new IllegalArgumentException(
                    "expected a folder on the class path without slashes at its ends, such as web/chat, but got \""
                            + folder + "\"");
        }
        FileSource source = new ResourceSource(name -> anchor.getResource("/" + name), folder, INDEX);
        if (!(source.find(List.of()) instanceof FileSource.Folder)) {
            throw new IllegalArgumentException("found no folder " + folder + " on the class path of " + anchor.getName()
                    + "; without an " + INDEX + " in it, the jar must list its folders");
        }
        return new StaticFiles(source, "no-cache", HttpFields.EMPTY);
    }

    /** These files with another Cache-Control field, such as {@code max-age=3600}. */
    public StaticFiles cacheControl(String value) {
        HttpFields.of("Cache-Control", value);
        return new StaticFiles(source, value, htmlFields);
    }

    /**
     * These files with a field that HTML pages get, such as Content-Security-Policy.
     *
     * @throws IllegalArgumentException if name or value may not stand on the wire
     */
    public StaticFiles htmlHeader(String name, String value) {
        return new StaticFiles(
                source, cacheControl, htmlFields.toBuilder().set(name, value).build());
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return CompletableFuture.completedFuture(answer(request));
    }

    private HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpResponse.text(405, "Only GET and HEAD are possible here.\n")
                    .header("Allow", "GET, HEAD");
        }
        List<String> names = new ArrayList<>(request.tail());
        boolean asFolder = names.isEmpty() || names.get(names.size() - 1).isEmpty();
        if (asFolder && !names.isEmpty()) {
            names.remove(names.size() - 1);
        }
        if (!names.stream().allMatch(StaticFiles::isServed)) {
            return notFound();
        }
        FileSource.Entry entry = source.find(names);
        if (entry instanceof FileSource.Folder) {
            names.add(INDEX);
            FileSource.Entry index = source.find(names);
            return index == null || index instanceof FileSource.Folder
                    ? notFound()
                    : asFolder ? file(request, INDEX, index) : toFolder(request);
        }
        return entry == null || asFolder ? notFound() : file(request, names.get(names.size() - 1), entry);
    }

    // A colon is a drive or a stream of a file on Windows; what a percent-encoded slash would split was split already.
    private static boolean isServed(String name) {
        return !name.isEmpty()
                && name.charAt(0) != '.'
                && name.chars().allMatch(c -> c >= 0x20 && c != 0x7F && c != '/' && c != '\\' && c != ':');
    }

    // Relative, so that it is right behind a proxy that maps paths, and cannot be read as //another.host; the dot
    // keeps a name with a colon from being read as a scheme (RFC 3986 §4.2).
    private static HttpResponse toFolder(HttpRequest request) {
        String path = request.rawPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        String query = request.query().toString();
        return HttpResponse.redirect(302, "./" + name + "/" + (query.isEmpty() ? "" : "?" + query));
    }

    private static HttpResponse notFound() {
        return HttpResponse.text(404, "Not found.\n").header("X-Content-Type-Options", "nosniff");
    }

    private HttpResponse file(HttpRequest request, String name, FileSource.Entry entry) {
        String type = MediaTypes.of(name);
        if (entry instanceof DiskFile file) {
            HttpResponse full = HttpResponse.file(200, type, file.path(), file.length());
            return conditional(request, full, type, file.entityTag(), Optional.of(file.modified()));
        }
        if (entry instanceof MemoryFile file) {
            HttpResponse full = HttpResponse.bytes(200, type, file.bytes());
            return conditional(request, full, type, file.entityTag(), Optional.empty());
        }
        return notFound();
    }

    private HttpResponse conditional(
            HttpRequest request, HttpResponse full, String type, String entityTag, Optional<Instant> modified) {
        boolean unchanged = isUnchanged(request.fields(), entityTag, modified);
        HttpResponse response = (unchanged ? HttpResponse.status(304) : full)
                .header("ETag", entityTag)
                .header("Cache-Control", cacheControl)
                .header("X-Content-Type-Options", "nosniff");
        // RFC 9110 §8.8.2.1: not a time that is yet to come.
        if (modified.isPresent() && !modified.get().isAfter(Instant.now())) {
            response = response.header("Last-Modified", HttpDate.format(modified.get()));
        }
        return type.startsWith("text/html") ? response.addHeaders(htmlFields) : response;
    }

    // RFC 9110 §13.2.2: If-Modified-Since counts only where there is no If-None-Match.
    private static boolean isUnchanged(HttpFields fields, String entityTag, Optional<Instant> modified) {
        if (fields.has("If-None-Match")) {
            return EntityTags.anyMatches(fields.values("If-None-Match"), entityTag);
        }
        Optional<Instant> since = fields.first("If-Modified-Since").flatMap(HttpDate::parse);
        return since.isPresent()
                && modified.isPresent()
                && !modified.get().truncatedTo(ChronoUnit.SECONDS).isAfter(since.get());
    }
}
