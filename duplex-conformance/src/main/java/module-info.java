import org.jspecify.annotations.NullMarked;

/**
 * Plays a WebSocket peer, good or evil, and judges the other end. It stands on the JDK alone: a checker that shares the
 * code it judges sees no mistake.
 */
@NullMarked
module dev.duplex.conformance {
    requires static transitive org.jspecify;

    exports dev.duplex.conformance;
    exports dev.duplex.conformance.wire;
}
