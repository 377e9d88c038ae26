package dev.duplex.cli.serve;

import java.nio.file.Path;
import java.util.function.Function;

/** Reads what {@code --auth} says. */
public final class Authentication {
    private Authentication() {}

    /**
     * Makes what decides.
     *
     * @param text {@code basic:FILE}, {@code bearer:FILE}, {@code cmd:PROGRAM} or {@code header:NAME}
     * @param credentials where tokens may be
     * @param trustsProxies whether there are any whose fields are believed
     * @param programs makes what asks a program, given the command in one string
     * @throws IllegalArgumentException with what is wrong
     */
    public static Authenticator parse(
            String text, Credentials credentials, boolean trustsProxies, Function<String, Authenticator> programs) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String what = colon < 0 ? "" : text.substring(colon + 1);
        if (what.isEmpty()) {
            throw expected(text);
        }
        return switch (kind) {
            case "basic" -> new BasicAuthenticator(Path.of(what));
            case "bearer" -> new BearerAuthenticator(Path.of(what), credentials);
            case "cmd" -> programs.apply(what);
            case "header" -> {
                if (!trustsProxies) {
                    throw new IllegalArgumentException("header:" + what
                            + " needs --trust-proxy: from others than your proxy anybody could have written it");
                }
                yield new HeaderAuthenticator(what);
            }
            default -> throw expected(text);
        };
    }

    private static IllegalArgumentException expected(String text) {
        return new IllegalArgumentException(
                "expected basic:FILE, bearer:FILE, cmd:PROGRAM or header:NAME but got '" + text + "'");
    }
}
