package dev.duplex.conformance.internal;

import dev.duplex.conformance.CaseInfo;
import java.util.List;
import java.util.Optional;

/**
 * A case as it runs.
 *
 * @param deflate what to ask for in the opening handshake
 * @param subprotocols what to offer in it
 * @param byHand whether the steps do the opening handshake themselves
 * @param needsEcho whether the peer must send messages back
 * @param heavy whether it moves so much that few should run at the same time
 */
public record Case(
        CaseInfo info,
        Optional<DeflateTerms> deflate,
        List<String> subprotocols,
        boolean byHand,
        boolean needsEcho,
        boolean heavy,
        List<Step> steps) {}
