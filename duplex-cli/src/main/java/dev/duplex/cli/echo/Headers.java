package dev.duplex.cli.echo;

import dev.duplex.server.Session;

/** Sends the request that opened the session, with its header fields, as JSON. */
final class Headers extends Echo {
    @Override
    public void onOpen(Session session) {
        session.send(RequestJson.of(session.request().http()).toPrettyString());
    }
}
