package dev.duplex.stress;

import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateResources;

/** Compressors for loops whose connections do not compress. */
final class Deflate {
    static final DeflateResources NONE = new DeflateResources(DeflateOptions.DEFAULT_LEVEL, new DedicatedCount(0));

    private Deflate() {}
}
