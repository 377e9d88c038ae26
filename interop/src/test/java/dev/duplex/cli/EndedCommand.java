package dev.duplex.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * A {@code duplex} command that comes to its end by itself, run in this JVM as if it had been typed.
 *
 * @param output both streams in one
 */
public record EndedCommand(int exitCode, String output) {
    public static EndedCommand run(String verb, List<String> arguments) {
        StringWriter output = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(output, true));
        command.setErr(new PrintWriter(output, true));
        List<String> all = new ArrayList<>(List.of(verb));
        all.addAll(arguments);
        int exitCode = command.execute(all.toArray(String[]::new));
        return new EndedCommand(exitCode, output.toString());
    }
}
