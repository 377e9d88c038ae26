package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import dev.duplex.transport.pipe.Sockets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the endpoints of one server, which share its launcher, its limits and its log. */
public final class Endpoints implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** How long a program may think about who may connect. */
    private static final Duration AUTHENTICATION = Duration.ofSeconds(5);

    private final Launcher launcher;
    private final Environment environment;
    private final ProgramSettings settings;
    private final ProgramEndpoint.ProcessLimit limit;
    private final BridgeOptions bridge;
    private final ServeLog log;
    private final List<Program> expected = new ArrayList<>();
    private final List<SharedProgram> shared = new ArrayList<>();
    private final List<WarmPrograms> warm = new ArrayList<>();
    private @Nullable Sockets sockets;

    public Endpoints(
            Launcher launcher,
            Environment environment,
            ProgramSettings settings,
            ProgramEndpoint.ProcessLimit limit,
            BridgeOptions bridge,
            ServeLog log) {
        this.launcher = launcher;
        this.environment = environment;
        this.settings = settings;
        this.limit = limit;
        this.bridge = bridge;
        this.log = log;
        if (bridge.frames().frame() == FrameOptions.Frame.ndjson) {
            // What reads and writes JSON takes a tenth of a second to load, and the first client would wait for it.
            Decoder.of(bridge.frames());
            NdjsonEncoder.ping("", new byte[0]);
        }
    }

    /**
     * A program for each session.
     *
     * @param command its words
     * @param script the part of the path that leads to it, see {@link Environment.Facts}
     */
    public Endpoint each(List<String> command, String script) {
        expected.add(settings.program(command, environment.withoutRequest()));
        return new ProgramEndpoint(
                launcher,
                (request, visitor) -> settings.program(command, environment.of(request, visitor.facts(script))),
                limit,
                bridge,
                log);
    }

    /**
     * The same, but with programs that run before there is a client. They find no request in their environment.
     *
     * @param number how many wait for clients
     */
    public Endpoint each(List<String> command, int number) {
        Program program = settings.program(command, environment.withoutRequest());
        WarmPrograms ready = new WarmPrograms(launcher, program, number, limit.most(), log);
        warm.add(ready);
        return new ProgramEndpoint(launcher, (request, visitor) -> program, ready::take, limit, bridge, log);
    }

    /** The programs of a directory, each at its own path; a program for each session. */
    public Endpoint directory(ScriptDirectory scripts) {
        ProgramEndpoint programs = new ProgramEndpoint(
                launcher,
                (request, visitor) -> {
                    ScriptDirectory.Script script =
                            scripts.find(request.http().segments()).orElseThrow();
                    return settings.program(
                            List.of(script.file().toString()), environment.of(request, visitor.facts(script.name())));
                },
                limit,
                bridge,
                log);
        return new DirectoryEndpoint(scripts, programs);
    }

    /** The programs of a directory that answer plain requests. */
    public CgiScripts cgi(ScriptDirectory scripts, CgiScripts.Limits limits) {
        return new CgiScripts(scripts, launcher, environment, limit, limits, log);
    }

    /** One program for all sessions; {@link #start} starts it. */
    public Endpoint shared(List<String> command, SharedOptions options) {
        SharedProgram program = new SharedProgram(
                launcher, settings.program(command, environment.withoutRequest()), bridge, options, log);
        shared.add(program);
        return new SharedEndpoint(program);
    }

    /** A connection to another server for each session. */
    public Endpoint socket(SocketTarget target) {
        if (sockets == null) {
            sockets = new Sockets("duplex-sockets", CONNECT);
        }
        return new SocketEndpoint(sockets, target, bridge, log);
    }

    /**
     * A program that decides for {@code --auth cmd:…}.
     *
     * @param command in one string
     * @throws IllegalArgumentException if it cannot be read
     */
    public Authenticator authenticator(String command) {
        List<String> words = settings.command(command);
        return new ProgramAuthenticator(
                launcher, request -> authenticating(words, request), limit.most(), AUTHENTICATION, log);
    }

    /** In its environment, with the credentials. */
    private Program authenticating(List<String> command, UpgradeRequest request) {
        Environment.Facts facts = new Environment.Facts(UUID.randomUUID().toString(), "", Optional.empty(), "", "");
        Environment all = new Environment(
                environment.software(),
                environment.inherited(),
                environment.given(),
                environment.query(),
                Credentials.NONE);
        Program program = settings.program(command, all.of(request, facts));
        return new Program(
                program.starter(), program.command(), program.environment(), program.directory(), Program.Errors.log);
    }

    /**
     * Looks whether the programs that wait for a client are there: who has mistyped a name is told before the first one
     * comes.
     *
     * @throws ProgramException if one is not
     */
    public void check() throws ProgramException {
        for (Program program : expected) {
            Executables.check(program);
        }
    }

    /**
     * Starts the programs that do not wait for a client to come.
     *
     * @throws ProgramException if one cannot be started
     */
    public void start() throws ProgramException {
        for (SharedProgram program : shared) {
            program.startNow();
        }
        for (WarmPrograms programs : warm) {
            programs.startNow();
        }
    }

    @Override
    public void close() {
        if (sockets != null) {
            sockets.close();
        }
    }
}
