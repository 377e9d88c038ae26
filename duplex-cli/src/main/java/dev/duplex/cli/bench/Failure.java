package dev.duplex.cli.bench;

import dev.duplex.cli.common.Ending;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import org.jspecify.annotations.Nullable;

/** Why a connection was not established. */
public record Failure(
        CloseKind kind, String message, @Nullable HandshakeResponse response) {
    private static final int LONGEST = 160;

    /** The same for all that failed in the same way. */
    String reason() {
        if (response != null && response.status() != 101) {
            return "HTTP " + response.status();
        }
        String text = Ending.printable(Ending.inOptions(message));
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    /** How a command ends that got no connection. */
    public Ending ending() {
        return Ending.notOpened(response, kind, message);
    }
}
