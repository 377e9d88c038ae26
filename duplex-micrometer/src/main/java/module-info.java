import org.jspecify.annotations.NullMarked;

/** The server's metrics in a Micrometer registry. */
@NullMarked
module dev.duplex.micrometer {
    requires transitive dev.duplex.server;
    requires transitive micrometer.core;
    requires static transitive org.jspecify;

    exports dev.duplex.micrometer;
}
