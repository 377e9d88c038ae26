package dev.duplex.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code websocketd} and {@code duplex websocketd} with the same flags on the same folder of scripts, each started when it
 * is first asked for.
 */
final class DaemonPair implements AutoCloseable {
    private final Path folder;
    private final String[] arguments;
    private final Map<Daemon.Kind, Daemon> running = new HashMap<>();

    DaemonPair(Path folder, String... arguments) {
        this.folder = folder;
        this.arguments = arguments;
    }

    Daemon get(Daemon.Kind kind) {
        return running.computeIfAbsent(kind, wanted -> Daemon.start(wanted, folder, arguments));
    }

    /** Writes a shell script that can be run, and answers its path as clients name it. */
    static String script(Path folder, String name, String body) {
        return write(folder, name, "#!/bin/sh\n" + body + "\n");
    }

    static String python(Path folder, String name, String body) {
        return write(folder, name, "#!/usr/bin/python3\n" + body);
    }

    private static String write(Path folder, String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.writeString(file, text);
            if (!file.toFile().setExecutable(true)) {
                throw new IOException("cannot make " + file + " executable");
            }
            return "/" + name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        running.values().forEach(Daemon::close);
    }
}
