package dev.duplex.cli.bench;

import dev.duplex.cli.common.Ending;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;

/** Ends of connections by name: the close code, who closed, and why. */
final class Closes {
    private static final int LONGEST = 100;

    private Closes() {}

    static String name(CloseEvent event, boolean lost) {
        String why = switch (event.kind()) {
            case CLOSED_BY_US -> "by us";
            case CLOSED_BY_PEER ->
                event.reason().isEmpty() ? "by the server" : "by the server: " + Ending.printable(event.reason());
            default -> Ending.printable(Ending.inOptions(event.cause()));
        };
        boolean late = !lost && event.kind() != CloseKind.CLOSED_BY_US;
        String name = event.code() + " " + why + (late ? ", at the end" : "");
        return name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
    }
}
