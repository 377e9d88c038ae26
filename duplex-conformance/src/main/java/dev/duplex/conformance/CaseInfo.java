package dev.duplex.conformance;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a case is about.
 *
 * @param id such as {@code ping.payload-125}; the part before the first point is the group
 * @param sentence what a right peer does
 * @param section of the standard, such as {@code RFC 6455 §5.5.2}
 * @param autobahn the number of the case in the Autobahn test suite that this one corresponds to
 * @param roles which ends it can check
 * @param steps what is sent and what is expected, in words and hex
 */
public record CaseInfo(
        String id,
        String sentence,
        String section,
        Optional<String> autobahn,
        Set<PeerRole> roles,
        List<String> steps) {
    public CaseInfo {
        roles = Set.copyOf(roles);
        steps = List.copyOf(steps);
    }

    /** The group, such as {@code ping}. */
    public String group() {
        return id.substring(0, id.indexOf('.'));
    }

    /** Whether it does what attackers do, on a small scale; such cases run on request only. */
    public boolean isHostile() {
        return group().equals("hostile");
    }
}
