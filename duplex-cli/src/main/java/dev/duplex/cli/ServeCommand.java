package dev.duplex.cli;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.serve.BridgeOptions;
import dev.duplex.cli.serve.Launcher;
import dev.duplex.cli.serve.Program;
import dev.duplex.cli.serve.ProgramEndpoint;
import dev.duplex.cli.serve.ServeLog;
import dev.duplex.cli.serve.StopLadder;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex serve}: any program as a WebSocket service. */
@Command(
        name = "serve",
        description = "Any program as a WebSocket service: what a client sends is its input, what it prints is sent.",
        abbreviateSynopsis = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    private static final int PORT = 8080;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "CMD ARG", description = "The program and its arguments, after all options.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() {
        if (command.isEmpty()) {
            throw CommandFailure.usage("expected a program to serve, such as: duplex serve -- cat");
        }
        ServeLog log = new ServeLog(spec.commandLine().getErr(), Clock.systemUTC());
        try (Launcher launcher = open()) {
            ProgramEndpoint endpoint = new ProgramEndpoint(
                    launcher,
                    request -> new Program(command, System.getenv(), Optional.empty(), Program.Errors.log),
                    BridgeOptions.DEFAULT,
                    log);
            WebSocketServer.Builder builder = WebSocketServer.builder().webSocket("/*", endpoint.route());
            return new ServerRun(spec, server, PORT)
                    .announcing(this::listening)
                    .whenStopping(launcher::close)
                    .run(builder, running -> List.of());
        } finally {
            log.close();
        }
    }

    private String listening(WebSocketServer running) {
        return "listening "
                + (server.listensOnTcp()
                        ? running.uri("/")
                        : "unix:" + server.unix().orElseThrow());
    }

    private static Launcher open() {
        try {
            return Launcher.open(StopLadder.DEFAULT);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.INTERNAL, "/bin/sh cannot be started: " + e.getMessage());
        }
    }
}
