package dev.duplex.cli.websocketd;

/** How much is logged, from everything to nearly nothing. */
enum WebsocketdLevel {
    debug,
    trace,
    access,
    info,
    error,
    fatal
}
