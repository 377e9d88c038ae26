package dev.duplex.cli.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who programs are: another user than we are, which only an administrator's process can make them. {@code setpriv} of
 * util-linux does it and then becomes the program.
 *
 * @param words what stands before a command; empty for who we are
 */
public record Identity(List<String> words) {
    /** Who we are. */
    public static final Identity OURS = new Identity(List.of());

    public Identity {
        words = List.copyOf(words);
    }

    /**
     * That of a user and a group, each by name or number. A user without a group has those of the system's list of users;
     * a group without a user is the only one.
     *
     * @throws IllegalArgumentException if we may not become that, or there is none such
     */
    public static Identity of(Optional<String> user, Optional<String> group) {
        if (user.isEmpty() && group.isEmpty()) {
            return OURS;
        }
        String setpriv = GroupStarter.executable("setpriv")
                .orElseThrow(() -> new IllegalArgumentException(
                        "programs can be run as another user by setpriv of util-linux only, and there is none here"));
        List<String> words = new ArrayList<>(List.of(setpriv));
        user.ifPresent(name -> words.add("--reuid=" + name));
        words.add("--regid=" + group.or(() -> user.map(Identity::groupOf)).orElseThrow());
        words.add(user.isPresent() ? "--init-groups" : "--clear-groups");
        words.add("--");
        Identity identity = new Identity(words);
        List<String> attempt = new ArrayList<>(words);
        attempt.add("true");
        run(attempt);
        return identity;
    }

    private static String groupOf(String user) {
        return run(List.of("id", "-g", "--", user)).strip();
    }

    /** What it prints. */
    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalArgumentException(said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalArgumentException("interrupted");
        }
    }

    /** A command with what stands before it. */
    List<String> of(List<String> command) {
        List<String> all = new ArrayList<>(words);
        all.addAll(command);
        return all;
    }
}
