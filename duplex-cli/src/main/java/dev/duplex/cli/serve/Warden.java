package dev.duplex.cli.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A shell that sends signals to process groups, which the JVM cannot do: by its own {@code kill}, so that no process is
 * started for it. It also knows all that runs, and if we are gone without having ended it, killed ourselves for instance,
 * it sees the end of its input and ends it.
 */
final class Warden implements AutoCloseable {
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            while read -r what group; do
              case $what in
                +) eval "g_${group#-}=$group" ;;
                -) unset "g_${group#-}" ;;
                *) if kill -s "$what" -- "$group" 2>/dev/null; then echo 1; else echo 0; fi ;;
              esac
            done
            left=$(set | sed -n "s/^g_[0-9]*='\\{0,1\\}\\(-\\{0,1\\}[0-9]*\\).*/\\1/p")
            for signal in TERM KILL; do
              [ -z "$left" ] || sleep 1
              for group in $left; do kill -s "$signal" -- "$group" 2>/dev/null; done
            done
            """;

    private final Process shell;
    private final OutputStream orders;

    /** Who waits for an answer, in the order of the questions; guarded by itself. */
    private final ArrayDeque<CompletableFuture<Boolean>> asked = new ArrayDeque<>();

    /** Nobody answers any more; guarded by the same. */
    private boolean gone;

    private Warden(Process shell) {
        this.shell = shell;
        this.orders = shell.getOutputStream();
        Thread reader = new Thread(null, this::readAnswers, "duplex-warden", 128 * 1024, false);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it in a group of its own, lest a signal to ours ends it. */
    static Warden start(GroupStarter starter) throws IOException {
        return new Warden(new ProcessBuilder(starter.of(List.of("/bin/sh", "-c", SCRIPT)))
                .redirectError(Redirect.DISCARD)
                .start());
    }

    /**
     * From here on it ends this one should we not do it.
     *
     * @param target as for kill(2): a process, or the negative number of a group
     */
    void guard(long target) {
        order("+ " + target);
    }

    /** It has ended. */
    void release(long target) {
        order("- " + target);
    }

    /** Sends a signal; whether there was anybody to get it. False too if the warden is gone. */
    CompletableFuture<Boolean> signal(long target, String signal) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        boolean ordered;
        synchronized (asked) {
            ordered = !gone && order(signal + " " + target);
            if (ordered) {
                asked.add(answer);
            }
        }
        if (!ordered) {
            answer.complete(false);
        }
        return answer;
    }

    private synchronized boolean order(String line) {
        try {
            orders.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            orders.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void readAnswers() {
        try (BufferedReader answers =
                new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                answered(line.equals("1"));
            }
        } catch (IOException e) {
            // as at its end
        }
        synchronized (asked) {
            gone = true;
        }
        while (answered(false)) {
            continue;
        }
    }

    private boolean answered(boolean anybody) {
        @Nullable CompletableFuture<Boolean> first;
        synchronized (asked) {
            first = asked.poll();
        }
        return first != null && first.complete(anybody);
    }

    /** Its number, for tests. */
    long pid() {
        return shell.pid();
    }

    /** Ends it; it still ends the groups that nobody has released. */
    @Override
    public void close() {
        try {
            orders.close();
        } catch (IOException e) {
            return; // it is gone
        }
    }
}
