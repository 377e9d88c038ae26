package dev.duplex.architecture;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Duplex's modules as the class path of this test holds them, and the arrows of docs/architecture.md between them. */
final class Modules {

    /**
     * Which module of ours may require which. A new module gets its line here first; what is not in the list is a wall.
     */
    static final Map<String, Set<String>> ARROWS = new TreeMap<>(Map.of(
            "dev.duplex.core", Set.of(),
            "dev.duplex.transport", Set.of("dev.duplex.core"),
            "dev.duplex.server", Set.of("dev.duplex.core", "dev.duplex.transport"),
            "dev.duplex.client", Set.of("dev.duplex.core", "dev.duplex.transport"),
            "dev.duplex.micrometer", Set.of("dev.duplex.core", "dev.duplex.server"),
            // Of the core and the transport Socket.IO needs the values that the server's API takes and gives.
            "dev.duplex.socketio", Set.of("dev.duplex.core", "dev.duplex.transport", "dev.duplex.server"),
            // A checker that shares the code it judges sees no mistake.
            "dev.duplex.conformance", Set.of(),
            // Of the core and the transport the command needs the values that the APIs of server and client take and
            // give.
            "dev.duplex.cli",
                    Set.of(
                            "dev.duplex.core",
                            "dev.duplex.transport",
                            "dev.duplex.server",
                            "dev.duplex.client",
                            "dev.duplex.socketio",
                            "dev.duplex.conformance")));

    /** Whose internal packages are open to whom: the transport exists for these two, and the command sends broken frames and shows the wire. */
    static final Map<String, Set<String>> FRIENDS = Map.of(
            "dev.duplex.transport", Set.of("dev.duplex.server", "dev.duplex.client"),
            "dev.duplex.server", Set.of("dev.duplex.cli"),
            "dev.duplex.client", Set.of("dev.duplex.cli"));

    /** Jars that a module of ours may need at run time; the tools of the tests are not among them. */
    private static final Set<String> LIBRARIES = Set.of(
            "netty-",
            "slf4j-",
            "jspecify-",
            "picocli-",
            "jline-",
            "HdrHistogram-",
            "jackson-",
            "micrometer-",
            "bcrypt-",
            "bytes-",
            "commons-codec-",
            "msgpack-");

    private static final Path[] PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(Modules::isOursOrALibrary)
            .toArray(Path[]::new);

    private Modules() {}

    static Map<String, ModuleDescriptor> ours() {
        return ModuleFinder.of(PATH).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(descriptor -> descriptor.name().startsWith("dev.duplex."))
                .collect(Collectors.toMap(ModuleDescriptor::name, descriptor -> descriptor, (a, b) -> a, TreeMap::new));
    }

    /** Links all of them, as {@code java --module-path} would, and JSpecify, which is needed to read its annotations. */
    static ModuleLayer layer() {
        Set<String> roots = new TreeSet<>(ours().keySet());
        roots.add("org.jspecify");
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration().resolve(ModuleFinder.of(PATH), ModuleFinder.of(), roots);
        return boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
    }

    private static boolean isOursOrALibrary(Path entry) {
        String name = entry.getFileName().toString();
        if (name.endsWith(".jar")) {
            return name.startsWith("duplex-") || LIBRARIES.stream().anyMatch(name::startsWith);
        }
        // A build that stops before `package` puts the folders of classes here.
        return entry.endsWith(Path.of("target", "classes"))
                && entry.resolve("module-info.class").toFile().exists();
    }
}
