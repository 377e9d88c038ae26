package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The name that a trusted proxy has found out and put into a field. From anybody else the field means nothing. */
final class HeaderAuthenticator implements Authenticator {
    private final String name;

    HeaderAuthenticator(String name) {
        this.name = name;
    }

    @Override
    public CompletionStage<Verdict> judge(UpgradeRequest request) {
        List<String> values = request.headers().values(name);
        boolean isGiven = values.size() == 1 && !values.get(0).isBlank();
        return CompletableFuture.completedFuture(
                isGiven && request.http().proxied()
                        ? new Allowed(values.get(0).strip(), "Proxy")
                        : Refused.forbidden());
    }
}
