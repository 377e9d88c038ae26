package dev.duplex.cli;

import dev.duplex.cli.check.CheckTls;
import dev.duplex.cli.check.HtmlReport;
import dev.duplex.cli.check.JsonReports;
import dev.duplex.cli.check.JunitReport;
import dev.duplex.cli.check.LiveLine;
import dev.duplex.cli.check.Summary;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.common.Target;
import dev.duplex.conformance.CaseInfo;
import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.Catalogue;
import dev.duplex.conformance.ClientCheck;
import dev.duplex.conformance.Report;
import dev.duplex.conformance.ServerCheck;
import dev.duplex.conformance.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex check}: whether a WebSocket server or client does what the standards say. */
@Command(
        name = "check",
        description = {
            "Checks a server that sends messages back, case by case; with --listen, clients.",
            "With files of earlier runs in place of a URL, puts them on one page, side by side."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Verdicts: pass; non-strict, against a SHOULD; informational, which the standard",
            "leaves open, a limit of the peer's own for example; unimplemented; fail. Ends",
            "with 10 if a case failed.",
            "",
            "Drivers of clients, those for the Autobahn test suite too, connect to",
            "/getCaseCount, /runCase?case=N&agent=NAME and /updateReports?agent=NAME.",
            "",
            "  duplex check ws://localhost:9998/echo",
            "  duplex check localhost:9998/echo --only utf8,ping --html report.html",
            "  duplex check --listen :9001 --html clients.html",
            "  duplex check --html both.html ours.json theirs.json"
        })
final class CheckCommand implements Callable<Integer> {
    private static final int MOST_CONNECTIONS = 256;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "URL|FILE", description = "The server, or reports of --json to compare.")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--listen",
            paramLabel = "[HOST]:PORT",
            description = "Play the server, and check the clients that connect; HOST is 127.0.0.1 unless given.")
    private @Nullable String listen;

    @Option(names = "--once", description = "With --listen: end after the first /updateReports, with its exit code.")
    private boolean once;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Cases to run: an id or its beginning, such as ping or utf8.invalid, with * for anything, or a"
                            + " number of the Autobahn test suite, such as 6.4; with commas between.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--skip", paramLabel = "NAME", split = ",", description = "Cases not to run, named likewise.")
    private List<String> skip = new ArrayList<>();

    @Option(
            names = "--hostile",
            description =
                    "Run the hostile cases too, those that attackers would: of servers on this machine only, unless"
                            + " --confirm names the host.")
    private boolean hostile;

    @Option(names = "--confirm", paramLabel = "HOST", description = "With --hostile: this host is mine to attack.")
    private @Nullable String confirmed;

    @Option(names = "--list", description = "Name the cases, and run none.")
    private boolean list;

    @Option(names = "--explain", paramLabel = "ID", description = "Say what a case sends and expects, and run none.")
    private @Nullable String explain;

    @Option(names = "--html", paramLabel = "FILE", description = "Write one page with everything, the bytes too.")
    private @Nullable Path html;

    @Option(names = "--json", paramLabel = "FILE", description = "Write everything as JSON.")
    private @Nullable Path json;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write XML for CI servers.")
    private @Nullable Path junit;

    @Option(names = "--name", paramLabel = "TEXT", description = "What to call the server in reports.")
    private @Nullable String name;

    @Option(
            names = {"-c", "--connections"},
            paramLabel = "N",
            defaultValue = "8",
            description = "Cases at a time; default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "5s",
            description = "For what the peer owes, before it counts as hanging; default: ${DEFAULT-VALUE}.")
    private Duration deadline = Duration.ZERO;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header field of every handshake; may be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-k", "--insecure"},
            description = "Trust every certificate: for a test server, and nothing else.")
    private boolean insecure;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trust these certificates (PEM) in place of the public authorities.")
    private @Nullable Path ca;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but what fails to run; the exit code and the files tell the rest.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and leave.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        if (list) {
            return list();
        }
        if (explain != null) {
            return explain(explain);
        }
        if (connections < 1 || connections > MOST_CONNECTIONS) {
            throw CommandFailure.usage(
                    "--connections: expected a number from 1 to " + MOST_CONNECTIONS + " but got " + connections);
        }
        if (deadline.toMillis() < 1) {
            throw CommandFailure.usage("--deadline: expected 1 ms or more but got " + deadline.toNanos() + " ns");
        }
        if (listen != null) {
            if (!targets.isEmpty()) {
                throw CommandFailure.usage("--listen checks the clients that connect: leave out " + targets.get(0));
            }
            return listen(listen);
        }
        if (targets.isEmpty()) {
            throw CommandFailure.usage("expected the URL of a server that sends messages back, such as"
                    + " ws://localhost:9998/echo, or --listen :9001 for clients");
        }
        return Files.isRegularFile(Path.of(targets.get(0))) ? compare() : checkServer();
    }

    // ---------------------------------------------------------------------------------------------------- the
    // catalogue

    private Predicate<CaseInfo> chosen() {
        for (List<String> names : List.of(only, skip)) {
            for (String each : names) {
                if (Catalogue.cases().stream().noneMatch(Catalogue.named(List.of(each)))) {
                    throw CommandFailure.usage(
                            "no case is called '" + each + "'; 'duplex check --list' names them all");
                }
            }
        }
        Predicate<CaseInfo> wanted = only.isEmpty() ? info -> true : Catalogue.named(only);
        return wanted.and(Catalogue.named(skip).negate()).and(info -> hostile || !info.isHostile());
    }

    private int list() {
        PrintWriter out = spec.commandLine().getOut();
        Catalogue.cases().stream()
                .filter(chosen())
                .forEach(info -> out.println(info.id()
                        + info.autobahn().map(number -> " [" + number + "]").orElse("") + "  " + info.sentence()));
        out.flush();
        return ExitCode.OK.code();
    }

    private int explain(String id) {
        List<CaseInfo> named =
                Catalogue.cases().stream().filter(info -> info.id().equals(id)).toList();
        if (named.isEmpty()) {
            named = Catalogue.cases().stream()
                    .filter(Catalogue.named(List.of(id)))
                    .toList();
        }
        if (named.isEmpty()) {
            throw CommandFailure.usage("no case is called '" + id + "'; 'duplex check --list' names them all");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (CaseInfo info : named) {
            out.println(info.id() + "   " + info.section()
                    + info.autobahn().map(number -> "   Autobahn " + number).orElse(""));
            out.println("  " + info.sentence());
            info.steps().forEach(step -> out.println("    - " + step));
            out.println();
        }
        out.flush();
        return ExitCode.OK.code();
    }

    // ------------------------------------------------------------------------------------------------------- a server

    private int checkServer() throws InterruptedException {
        if (targets.size() > 1) {
            throw CommandFailure.usage("one server at a time: leave out " + targets.get(1));
        }
        Target target = Target.of(targets.get(0));
        if (target.unix().isPresent()) {
            throw CommandFailure.usage("a Unix socket cannot be checked: give the server a TCP port");
        }
        ServerCheck check = serverCheck(target).cases(chosen());
        if (hostile) {
            requirePermission(URI.create(target.url()).getHost());
            check.hostile();
        }
        if (check.size() == 0) {
            throw CommandFailure.usage("--only and --skip leave no case for a server");
        }
        Report report;
        try (LiveLine live = isTerminal() ? new LiveLine(spec.commandLine().getErr(), check.size()) : null) {
            if (live != null) {
                check.onResult(live::add);
            }
            report = check.run();
        } catch (SSLException e) {
            throw new CommandFailure(
                    ExitCode.TLS,
                    "TLS with " + target + " failed: " + e.getMessage()
                            + "; a certificate that is not publicly trusted needs --ca or --insecure");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.CONNECT, "cannot check " + target + ": " + e.getMessage());
        }
        write(List.of(report));
        if (!quiet) {
            new Summary(spec.commandLine().getOut()).print(report);
        }
        return exitCode(report);
    }

    /** The hostile cases are for one's own servers: somebody else's is not attacked by mistake. */
    private void requirePermission(String host) {
        if (host.equalsIgnoreCase(confirmed)) {
            return;
        }
        try {
            if (InetAddress.getByName(host).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw new CommandFailure(ExitCode.CONNECT, "the host " + host + " is not known");
        }
        throw CommandFailure.usage("--hostile attacks servers on this machine only; if " + host
                + " is yours to attack, add --confirm " + host);
    }

    private ServerCheck serverCheck(Target target) {
        ServerCheck check;
        try {
            check = new ServerCheck(URI.create(target.url().replaceFirst("^(?i)http(s?)://", "ws$1://")))
                    .connections(connections)
                    .deadline(deadline);
            for (String header : headers) {
                int colon = header.indexOf(':');
                if (colon < 1) {
                    throw CommandFailure.usage("--header: expected 'Name: value' but got '" + header + "'");
                }
                check.field(
                        header.substring(0, colon), header.substring(colon + 1).strip());
            }
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        if (name != null) {
            check.name(name);
        }
        CheckTls.context(insecure, ca).ifPresent(check::tls);
        return check;
    }

    private boolean isTerminal() {
        return !quiet && System.console() != null;
    }

    private static int exitCode(Report report) {
        return report.counts().getOrDefault(Verdict.FAIL, 0L) == 0 ? ExitCode.OK.code() : ExitCode.EXPECTATION.code();
    }

    // -------------------------------------------------------------------------------------------------------- clients

    private int listen(String where) throws InterruptedException {
        Map<String, Report> reports = new LinkedHashMap<>();
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (ClientCheck check = new ClientCheck().deadline(deadline).cases(chosen())) {
            check.onReport(report -> {
                reports.put(report.peer(), report);
                try {
                    write(new ArrayList<>(reports.values()));
                } catch (CommandFailure e) {
                    err.println("duplex: " + e.getMessage());
                    err.flush();
                }
                if (!quiet) {
                    new Summary(out).print(report);
                }
                failed.set(exitCode(report) != 0);
                if (once) {
                    over.countDown();
                }
            });
            check.onResult(result -> progress(err, result));
            InetSocketAddress address = bind(check, address(where));
            out.println("ws://" + host(address) + ":" + address.getPort());
            out.flush();
            if (!quiet) {
                err.println(check.size() + " cases wait for clients. Ctrl-C ends.");
                err.flush();
            }
            over.await();
        }
        return (failed.get() ? ExitCode.EXPECTATION : ExitCode.OK).code();
    }

    private void progress(PrintWriter err, CaseResult result) {
        if (isTerminal()) {
            err.print("\r\u001B[K" + result.verdict().word() + "  "
                    + result.info().id() + "\r");
            err.flush();
        }
    }

    private static InetSocketAddress bind(ClientCheck check, InetSocketAddress address) {
        try {
            return check.listen(address);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.BIND,
                    "cannot listen on " + host(address) + " port " + address.getPort() + ": " + e.getMessage());
        }
    }

    private static InetSocketAddress address(String where) {
        int colon = where.lastIndexOf(':');
        String host = colon < 0 ? "" : where.substring(0, colon);
        String port = where.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw CommandFailure.usage("--listen: expected :PORT or HOST:PORT but got '" + where + "'");
        }
        InetSocketAddress address = host.isEmpty()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port))
                : new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw new CommandFailure(ExitCode.BIND, "--listen: the host " + host + " is not known");
        }
        return address;
    }

    private static String host(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return host.contains(":") ? "[" + host + "]" : host;
    }

    // ---------------------------------------------------------------------------------------------------------- files

    private int compare() {
        if (html == null) {
            throw CommandFailure.usage("reports are compared on a page: add --html FILE");
        }
        List<Report> reports = new ArrayList<>();
        for (String file : targets) {
            try {
                reports.add(JsonReports.read(Path.of(file)));
            } catch (IOException e) {
                throw CommandFailure.usage("cannot read " + file + ": " + e.getMessage());
            }
        }
        save("--html", html, HtmlReport.write(reports));
        return ExitCode.OK.code();
    }

    /** The page shows all reports; the other files, which hold one, the last. */
    private void write(List<Report> reports) {
        Report last = reports.get(reports.size() - 1);
        if (html != null) {
            save("--html", html, HtmlReport.write(reports));
        }
        if (json != null) {
            save("--json", json, JsonReports.write(last));
        }
        if (junit != null) {
            save("--junit", junit, JunitReport.write(last));
        }
    }

    private static void save(String option, Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, option + ": cannot write " + file + ": " + e.getMessage());
        }
    }
}
