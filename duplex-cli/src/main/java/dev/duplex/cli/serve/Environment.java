package dev.duplex.cli.serve;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.UpgradeRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.Principal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The environment of a program: some of ours, and the request as CGI has it (RFC 3875 §4.1). Immutable.
 *
 * @param software what {@code SERVER_SOFTWARE} says
 * @param inherited what every program gets
 * @param given what the command line has set, which goes before all else
 * @param query whether the query's parameters are variables, too
 * @param credentials what is kept from programs, since we have checked it
 */
public record Environment(
        String software,
        Map<String, String> inherited,
        Map<String, String> given,
        boolean query,
        Credentials credentials) {
    /** What a program can hardly do without. */
    static final List<String> ALWAYS =
            List.of("PATH", "LANG", "TZ", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot");

    /** The variables of CGI, which stand there with an empty value where there is none. */
    private static final List<String> BLANK =
            List.of("AUTH_TYPE", "CONTENT_LENGTH", "CONTENT_TYPE", "REMOTE_IDENT", "REMOTE_USER");

    /**
     * Those never given: HTTP_PROXY is what many HTTP clients take their proxy from, so any client could set it (httpoxy,
     * CVE-2016-5385).
     */
    private static final Set<String> NEVER = Set.of("HTTP_PROXY");

    public Environment {
        inherited = Map.copyOf(inherited);
        given = Map.copyOf(given);
    }

    /**
     * What is known of a session before it opens.
     *
     * @param connection names it
     * @param script the part of the path that has led to the program; empty for all
     * @param user who has logged in, and how
     * @param subprotocol what was agreed on, or empty
     * @param extensions what was agreed on, or empty
     */
    public record Facts(String connection, String script, Optional<User> user, String subprotocol, String extensions) {}

    /** Somebody who has logged in, and by which scheme, such as {@code Basic}. */
    public record User(String name, String scheme) {}

    /** Of our environment that which is wanted: nothing, or what is always given and these. */
    public static Map<String, String> inherit(Map<String, String> ours, boolean none, List<String> more) {
        Map<String, String> inherited = new LinkedHashMap<>();
        if (!none) {
            List<String> names = new ArrayList<>(ALWAYS);
            names.addAll(more);
            for (String name : names) {
                String value = ours.get(name);
                // That of another server in front of ours would say that this connection is safe.
                if (value != null && !name.equals("HTTPS")) {
                    inherited.put(name, value);
                }
            }
        }
        return inherited;
    }

    /** What a program gets that is there for all sessions. */
    public Map<String, String> withoutRequest() {
        Map<String, String> all = new LinkedHashMap<>(inherited);
        all.put("SERVER_SOFTWARE", software);
        all.put("GATEWAY_INTERFACE", "CGI/1.1");
        all.putAll(given);
        return all;
    }

    /** What a program gets for one session. */
    public Map<String, String> of(UpgradeRequest request, Facts facts) {
        Map<String, String> all = new LinkedHashMap<>(inherited);
        Map<String, String> cgi = new LinkedHashMap<>();
        cgi.put("SERVER_SOFTWARE", software);
        cgi.put("GATEWAY_INTERFACE", "CGI/1.1");
        cgi.put("SERVER_PROTOCOL", "HTTP/1.1");
        cgi.put("REQUEST_METHOD", request.http().method());
        server(request.host(), request.secure(), cgi);
        remote(request.remoteAddress(), cgi);
        path(request, facts, cgi);
        cgi.put("UNIQUE_ID", facts.connection());
        cgi.put("DUPLEX_CONN", facts.connection());
        BLANK.forEach(name -> cgi.put(name, ""));
        facts.user().ifPresent(user -> {
            cgi.put("REMOTE_USER", user.name());
            cgi.put("AUTH_TYPE", user.scheme());
        });
        if (request.secure()) {
            cgi.put("HTTPS", "on");
        }
        request.tlsSession().ifPresent(session -> tls(session, cgi));
        cgi.put("WS_SUBPROTOCOL", facts.subprotocol());
        cgi.put("WS_EXTENSIONS", facts.extensions());
        fields(request.headers(), cgi);
        if (query) {
            query(request, cgi);
        }
        cgi.forEach((name, value) -> all.put(name, clean(value)));
        all.putAll(given);
        return all;
    }

    /** What a CGI script gets for a plain request (RFC 3875 §4.1). */
    public Map<String, String> of(HttpRequest request, ScriptDirectory.Script script, Path root) {
        Map<String, String> all = new LinkedHashMap<>(inherited);
        Map<String, String> cgi = new LinkedHashMap<>();
        cgi.put("SERVER_SOFTWARE", software);
        cgi.put("GATEWAY_INTERFACE", "CGI/1.1");
        cgi.put("SERVER_PROTOCOL", "HTTP/1.1");
        cgi.put("REQUEST_METHOD", request.method());
        server(request.fields().first("Host").orElse("localhost"), request.secure(), cgi);
        remote(request.remoteAddress(), cgi);
        cgi.put("SCRIPT_NAME", script.name());
        cgi.put("PATH_INFO", script.pathInfo());
        if (!script.pathInfo().isEmpty()) {
            cgi.put("PATH_TRANSLATED", root + script.pathInfo());
        }
        cgi.put("SCRIPT_FILENAME", script.file().toString());
        cgi.put("QUERY_STRING", request.query().toString());
        cgi.put("REQUEST_URI", request.target());
        if (request.secure()) {
            cgi.put("HTTPS", "on");
        }
        // §4.1.2, §4.1.3: with their own names, and the length that was really received.
        if (request.body().length > 0) {
            cgi.put("CONTENT_LENGTH", Integer.toString(request.body().length));
        }
        request.fields().first("Content-Type").ifPresent(type -> cgi.put("CONTENT_TYPE", type));
        fields(
                request.fields().toBuilder()
                        .remove("Content-Length")
                        .remove("Content-Type")
                        .build(),
                cgi);
        cgi.forEach((name, value) -> all.put(name, clean(value)));
        all.putAll(given);
        return all;
    }

    private static void server(String host, boolean secure, Map<String, String> cgi) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon >= 0 && colon > host.lastIndexOf(']');
        cgi.put("SERVER_NAME", hasPort ? host.substring(0, colon) : host);
        cgi.put("SERVER_PORT", hasPort ? host.substring(colon + 1) : secure ? "443" : "80");
    }

    private static void remote(SocketAddress address, Map<String, String> cgi) {
        String host = "";
        String port = "";
        if (address instanceof InetSocketAddress inet) {
            host = inet.getAddress() == null
                    ? inet.getHostString()
                    : inet.getAddress().getHostAddress();
            // A scope such as %eth0 is ours, and means nothing to anybody else.
            host = host.indexOf('%') < 0 ? host : host.substring(0, host.indexOf('%'));
            port = Integer.toString(inet.getPort());
        } else {
            host = "unix";
        }
        cgi.put("REMOTE_ADDR", host);
        cgi.put("REMOTE_HOST", host);
        cgi.put("REMOTE_PORT", port);
    }

    private void path(UpgradeRequest request, Facts facts, Map<String, String> cgi) {
        String path = request.path();
        String script = facts.script();
        cgi.put("SCRIPT_NAME", script);
        cgi.put("PATH_INFO", path.startsWith(script) ? path.substring(script.length()) : path);
        cgi.put("QUERY_STRING", credentials.withoutToken(request.query().toString()));
        cgi.put("REQUEST_URI", credentials.withoutTokenInTarget(request.http().target()));
    }

    private static void tls(SSLSession session, Map<String, String> cgi) {
        cgi.put("SSL_PROTOCOL", session.getProtocol());
        cgi.put("SSL_CIPHER", session.getCipherSuite());
        try {
            Principal client = session.getPeerPrincipal();
            cgi.put("SSL_CLIENT_S_DN", client.getName());
        } catch (SSLPeerUnverifiedException e) {
            return; // the client has shown no certificate
        }
    }

    private void fields(HttpFields fields, Map<String, String> cgi) {
        for (HttpFields.Field field : fields) {
            String name = "HTTP_" + field.name().toUpperCase(Locale.ROOT).replace('-', '_');
            // X_Forwarded_For would pass for X-Forwarded-For, which a proxy in front has taken care of.
            boolean isAmbiguous = field.name().indexOf('_') >= 0;
            if (!isAmbiguous && !credentials.hides(name) && !NEVER.contains(name)) {
                // RFC 6265 §5.4: cookies are separated by a semicolon.
                String separator = name.equals("HTTP_COOKIE") ? "; " : ", ";
                cgi.merge(name, field.value(), (first, second) -> first + separator + second);
            }
        }
    }

    private void query(UpgradeRequest request, Map<String, String> cgi) {
        for (String name : request.query().names()) {
            if (name.matches("[A-Za-z0-9_-]{1,64}") && !credentials.hidesParameter(name)) {
                cgi.put(
                        "QS_" + name.replace('-', '_'),
                        request.query().first(name).orElse(""));
            }
        }
    }

    /** What a line-based script cannot be led astray with. */
    private static String clean(String value) {
        return value.replace('\r', ' ').replace('\n', ' ').replace("\0", "").trim();
    }
}
