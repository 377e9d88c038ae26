package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duplex.cli.common.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * A {@code duplex} command in a pipe, run in this JVM to its end.
 *
 * @param output what it has written for the next command
 * @param messages what it has said to a person
 */
public record PipedCommand(int exitCode, String output, String messages) {
    public static PipedCommand run(String input, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        StringWriter messages = new StringWriter();
        CommandLine command = Main.commandLine(new Streams(new ByteArrayInputStream(input.getBytes(UTF_8)), output));
        command.setErr(new PrintWriter(messages, true));
        int exitCode = command.execute(arguments);
        return new PipedCommand(exitCode, output.toString(UTF_8), messages.toString());
    }
}
