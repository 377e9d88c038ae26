package dev.duplex.transport.internal;

import dev.duplex.core.Endpoint;
import dev.duplex.transport.SlowConsumerPolicy;

/**
 * What connections of one event loop have in common.
 *
 * @param endpoint the role and the limits
 * @param policy what happens to messages for a peer that reads too slowly
 */
public record ConnectionTerms(LoopState loop, Endpoint endpoint, SlowConsumerPolicy policy) {}
