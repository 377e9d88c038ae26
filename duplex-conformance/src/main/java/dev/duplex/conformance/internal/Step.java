package dev.duplex.conformance.internal;

import java.util.function.Consumer;

/**
 * One thing that a case does or expects.
 *
 * @param says in words, with the bytes as hex where there are any
 * @param does with the peer; may throw {@link CaseOver}
 */
public record Step(String says, Consumer<Peer> does) {}
