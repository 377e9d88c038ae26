package dev.duplex.cli.serve;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What makes a program the leader of a process group of its own, so that a signal reaches all that it starts and a Ctrl-C
 * at our terminal reaches none of it. The JVM cannot: it is done between fork and exec. So another program is started
 * that does it and then becomes the one that is wanted.
 *
 * @param words what stands before the command; empty where a group cannot be made
 */
record GroupStarter(List<String> words) {
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/local/bin"), Path.of("/opt/homebrew/bin"));

    /** macOS has no setsid, but Perl. */
    private static final String PERL = "setsid(); exec {$ARGV[0]} @ARGV; print STDERR qq($ARGV[0]: $!\\n); exit 127";

    GroupStarter {
        words = List.copyOf(words);
    }

    /** The best that this machine has. */
    static GroupStarter find() {
        return setsid().or(GroupStarter::perl).orElse(new GroupStarter(List.of()));
    }

    /** That of util-linux or BusyBox. */
    static Optional<GroupStarter> setsid() {
        return executable("setsid").map(path -> new GroupStarter(List.of(path)));
    }

    static Optional<GroupStarter> perl() {
        return executable("perl").map(path -> new GroupStarter(List.of(path, "-MPOSIX=setsid", "-e", PERL, "--")));
    }

    static Optional<String> executable(String name) {
        return PLACES.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    boolean makesGroups() {
        return !words.isEmpty();
    }

    List<String> of(List<String> command) {
        List<String> all = new ArrayList<>(words);
        all.addAll(command);
        return all;
    }
}
