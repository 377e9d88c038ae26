package dev.duplex.cli.websocketd;

import dev.duplex.cli.common.Ending;
import dev.duplex.cli.serve.Environment;
import dev.duplex.cli.serve.Program;
import dev.duplex.cli.serve.ScriptDirectory;
import dev.duplex.cli.serve.Visitor;
import dev.duplex.server.UpgradeRequest;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Which program a request is for, and with which environment. */
final class WebsocketdPrograms {
    private final WebsocketdFlags flags;
    private final Optional<ScriptDirectory> scripts;
    private final Environment environment;
    private final WebsocketdLog log;
    private final HostNames hosts = new HostNames();

    /** What --reverselookup has found, until the program is started. */
    private final Map<Visitor, String> names = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * What a request has led to.
     *
     * @param script the part of the path that names it; empty where there is one program for every path
     */
    record Target(List<String> command, String script) {}

    WebsocketdPrograms(WebsocketdFlags flags, Environment environment, WebsocketdLog log) {
        this.flags = flags;
        this.scripts = flags.directory().map(ScriptDirectory::new);
        this.environment = environment;
        this.log = log;
    }

    Optional<Target> target(UpgradeRequest request) {
        if (scripts.isPresent()) {
            return scripts.get()
                    .find(request.http().segments())
                    .map(script -> new Target(List.of(script.file().toString()), script.name()));
        }
        return flags.command().isEmpty() ? Optional.empty() : Optional.of(new Target(flags.command(), ""));
    }

    /** Finds the client's name by DNS, if that is asked for; it has none where that takes too long. */
    CompletionStage<Visitor> named(UpgradeRequest request, Visitor visitor) {
        if (!flags.reverseLookup() || !(request.remoteAddress() instanceof InetSocketAddress inet)) {
            return CompletableFuture.completedFuture(visitor);
        }
        return hosts.of(inet.getAddress()).thenApply(name -> {
            names.put(visitor, name);
            return visitor;
        });
    }

    /** What to start for a request that has a target. */
    Program program(UpgradeRequest request, Visitor visitor) {
        Target target = target(request).orElseThrow();
        Map<String, String> variables = new LinkedHashMap<>(environment.of(request, visitor.facts(target.script())));
        if (target.script().isEmpty()) {
            // Programs may rely on it, though by RFC 3875 §4.1.13 it would be empty.
            variables.put("SCRIPT_NAME", "/");
        }
        String name = names.remove(visitor);
        if (name != null && !name.isEmpty()) {
            variables.put("REMOTE_HOST", name);
        }
        tell(visitor, variables);
        return new Program(
                target.command(),
                variables,
                Optional.empty(),
                flags.passErrors() ? Program.Errors.tag : Program.Errors.log);
    }

    /** What the program will find, for whoever looks for the reason why it does not do what it should. */
    private void tell(Visitor visitor, Map<String, String> variables) {
        if (!log.tells(WebsocketdLevel.debug)) {
            return;
        }
        variables.forEach((name, value) -> {
            String kind = environment.inherited().containsKey(name)
                    ? "Parent envvar: "
                    : name.startsWith("HTTP_") ? "Header variable " : "Std. variable: ";
            log.log(WebsocketdLevel.debug, "env", log.about(visitor), kind + name + "=" + Ending.printable(value));
        });
    }
}
