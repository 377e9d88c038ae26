package dev.duplex.cli.serve;

import dev.duplex.server.HttpResponse;
import dev.duplex.server.UpgradeRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decides who may connect. */
public interface Authenticator {
    /** Lets everybody in, without a name. */
    Authenticator NONE = request -> CompletableFuture.completedFuture(new Allowed(Optional.empty()));

    /** On an event loop, so it must not block. */
    CompletionStage<Verdict> judge(UpgradeRequest request);

    /** What was decided. */
    sealed interface Verdict {}

    /** May connect. */
    record Allowed(Optional<Environment.User> user) implements Verdict {
        Allowed(String name, String scheme) {
            this(Optional.of(new Environment.User(name, scheme)));
        }
    }

    /** May not. */
    record Refused(HttpResponse response) implements Verdict {

        /** Has to say first who it is (RFC 9110 §11.6.1). */
        static Refused unauthorized(String challenge) {
            return new Refused(
                    HttpResponse.text(401, "Credentials are needed here, and those that came are not valid.\n")
                            .header("WWW-Authenticate", challenge));
        }

        /** Nobody has the time to look. */
        static Refused busy() {
            return new Refused(
                    HttpResponse.text(503, "Too many log in just now.\n").header("Retry-After", "5"));
        }

        /** It could not be decided. */
        static Refused failed() {
            return new Refused(HttpResponse.text(500, "It could not be decided whether you may connect here.\n"));
        }

        static Refused forbidden() {
            return new Refused(HttpResponse.text(403, "You may not connect here.\n"));
        }
    }
}
