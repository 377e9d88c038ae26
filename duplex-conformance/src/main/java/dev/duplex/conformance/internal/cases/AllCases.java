package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.Case;
import dev.duplex.conformance.internal.CaseList;
import java.util.List;

/** Every case, group by group. */
public final class AllCases {
    public static final List<Case> LIST = list();

    private AllCases() {}

    private static List<Case> list() {
        CaseList cases = new CaseList();
        Framing.declare(cases);
        Masking.declare(cases);
        Pings.declare(cases);
        ReservedBits.declare(cases);
        Opcodes.declare(cases);
        Fragmentation.declare(cases);
        Utf8Texts.declare(cases);
        Closing.declare(cases);
        DeflateMessages.declare(cases);
        Sizes.declare(cases);
        DeflateOffers.declare(cases);
        OpeningRequests.declare(cases);
        Hostile.declare(cases);
        // Last: a driver that gives up when its client refuses a connection loses nothing by it.
        OpeningResponses.declare(cases);
        return cases.build();
    }
}
