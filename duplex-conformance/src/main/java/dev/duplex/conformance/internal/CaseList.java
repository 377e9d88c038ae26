package dev.duplex.conformance.internal;

import java.util.ArrayList;
import java.util.List;

/** Collects the cases, in the order in which they are declared. */
public final class CaseList {
    private final List<CaseBuilder> builders = new ArrayList<>();

    /**
     * Declares a case.
     *
     * @param id the group, a point, and a name
     * @param sentence what a right peer does
     * @param section where the standard says so
     */
    public CaseBuilder rule(String id, String sentence, String section) {
        CaseBuilder builder = new CaseBuilder(id, sentence, section);
        builders.add(builder);
        return builder;
    }

    /** The cases, built. */
    public List<Case> build() {
        return builders.stream().map(CaseBuilder::build).toList();
    }
}
