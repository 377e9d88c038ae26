package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeResponse;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What could not be made ready for a client: the client learns a name for it, and the log the reason. */
final class BackendFailure {
    private BackendFailure() {}

    static UpgradeResponse response(int status, Visitor visitor, String what, @Nullable Throwable error, ServeLog log) {
        log.line(visitor.connection() + " " + reason(error));
        return UpgradeResponse.reject(status, what + "; the server's log says why at " + visitor.connection() + ".\n");
    }

    static String reason(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof ProgramException || cause instanceof IOException
                ? String.valueOf(cause.getMessage())
                : String.valueOf(cause);
    }
}
