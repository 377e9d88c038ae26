package dev.duplex.cli.websocketd;

import dev.duplex.cli.common.Version;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the flags are, and which of websocketd's versions they are those of. */
final class WebsocketdHelp {
    /** The version of websocketd whose flags and behaviour these are. */
    private static final String LEVEL = "0.5";

    private static final String TEXT = """
            Usage:
              duplex websocketd [flags] COMMAND [ARG...]   one program for every path
              duplex websocketd [flags] --dir=DIR          every program below DIR at its own path

            This is 'duplex serve' with the flags, environment, log and exit codes of websocketd, to be put in its
            place. Flags stand before the command; -x is the same as --x.

            Where it listens:
              --port=N             default 80, or 443 with --ssl
              --address=ADDRESS    may be repeated; default: every interface
              --unixsocket=PATH    a Unix socket; alone, there is no TCP port
              --ssl --sslcert=FILE --sslkey=FILE
                                   TLS with this certificate and key (PEM)
              --sslca=FILE         clients must show a certificate of this authority
              --redirport=N        a further port that redirects to the canonical address

            Who may connect:
              --sameorigin         only pages of the same origin, by their Origin
              --origin=[SCHEME://]HOST[:PORT],...
                                   only pages of these origins; without a port or scheme, of any
                                   Without one of both, the pages of every site may connect.

            What programs get:
              --passenv=VAR,...    variables of the environment; default: PATH,LD_LIBRARY_PATH
              --binary             bytes as they are, in binary messages, in place of lines of text
              --passstderr         both streams in JSON: {"stream":"stdout","data":"..."}; not with --binary
              --reverselookup      the name of the client in REMOTE_HOST
              --maxforks=N         most programs at a time, then HTTP 429; default: 1024, 0 for no limit
              --maxframesize=N     longest message of a client, in bytes, then 1009; default: 1048576
              --closems=MS         what each step of a stop waits longer: end of input, 100 ms, SIGINT, 250 ms,
                                   SIGTERM, 500 ms, SIGKILL
              --pingms=MS          ping clients this often; default: 0, never

            Beside it, over HTTP:
              --staticdir=DIR      files
              --cgidir=DIR         CGI scripts
              --devconsole         a page to try the endpoints with; also together with the other two
              --header=LINE --header-ws=LINE --header-http=LINE
                                   header fields for every response, for upgrades, for all others; may be repeated

            And:
              --loglevel=LEVEL     debug, trace, access, info, error or fatal; default: access
              --help --version --license
            """;

    private WebsocketdHelp() {}

    /** All of it. */
    static String text() {
        return version() + "\n\n" + TEXT;
    }

    /** In one line, in the shape that websocketd's has. */
    static String version() {
        return "websocketd " + LEVEL + " (duplex " + number() + ", java "
                + Runtime.version().feature() + " " + System.getProperty("os.name") + "-"
                + System.getProperty("os.arch") + ") --";
    }

    /** The value of SERVER_SOFTWARE. */
    static String software() {
        return "websocketd/" + LEVEL + " (duplex " + number() + ")";
    }

    private static String number() {
        try {
            return Version.current();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String license() {
        return version() + "\n\nThis is part of Duplex, which has nothing of websocketd's code:"
                + " Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0";
    }
}
