package dev.duplex.cli.bench;

/** When a connection sends. */
public sealed interface Load {
    /** By a schedule, whatever the server does: so many messages in a second on each connection. */
    record Open(double perSecond) implements Load {}

    /** As soon as the server has answered: so many messages unanswered on each connection. */
    record Closed(int inFlight) implements Load {}
}
