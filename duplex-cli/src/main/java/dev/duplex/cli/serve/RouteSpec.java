package dev.duplex.cli.serve;

/**
 * A path and what serves it, as in {@code --route /chat=./chat.py}.
 *
 * @param path begins with a slash
 * @param target a command in one string, or a server such as {@code tcp:localhost:23}
 */
public record RouteSpec(String path, String target) {

    /** @throws IllegalArgumentException if it is not of that form */
    public static RouteSpec parse(String text) {
        int equals = text.indexOf('=');
        if (!text.startsWith("/") || equals < 0 || text.substring(equals + 1).isBlank()) {
            throw new IllegalArgumentException(
                    "expected /path=COMMAND, such as /log=tail -f x.log, but got '" + text + "'");
        }
        String path = text.substring(0, equals);
        if (path.contains("*") || path.contains("{")) {
            throw new IllegalArgumentException("expected a path without * and {, as all paths below " + path
                    + " belong to it in any case: the program finds them in PATH_INFO");
        }
        return new RouteSpec(
                path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path,
                text.substring(equals + 1));
    }

    /** For {@code SCRIPT_NAME}: the path, and nothing for the root (RFC 3875 §4.1.13). */
    public String script() {
        return path.equals("/") ? "" : path;
    }
}
