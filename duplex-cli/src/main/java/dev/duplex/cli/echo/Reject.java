package dev.duplex.cli.echo;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Route;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;

/** Refuses the opening handshake with the HTTP status of the query. */
final class Reject {
    private static final int DEFAULT = 403;

    private Reject() {}

    static Route route() {
        return Route.to(new Echo()).onUpgrade(Reject::decide);
    }

    private static UpgradeResponse decide(UpgradeRequest request) {
        int status;
        try {
            status = request.query().integer("status", DEFAULT, 300, 599);
        } catch (BadRequestException e) {
            return UpgradeResponse.reject(400, e.getMessage() + "\n");
        }
        HttpResponse response = status == 304
                ? HttpResponse.status(status)
                : HttpResponse.text(status, "Refused with " + status + ", as you asked for.\n");
        // RFC 9110 §15.5.2: a 401 says how to do better.
        return UpgradeResponse.reject(
                status == 401 ? response.header("WWW-Authenticate", "Bearer realm=\"duplex echo\"") : response);
    }
}
