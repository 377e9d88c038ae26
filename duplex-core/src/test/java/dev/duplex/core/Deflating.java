package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.deflate.Inflation;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** An event loop's share of permessage-deflate, compressing every payload. */
final class Deflating implements AutoCloseable {
    private static final DeflateParameters NO_TAKEOVER = new DeflateParameters(true, true, 15, 15);

    final DeflateResources resources = new DeflateResources(6, new DedicatedCount(100));

    PerMessageDeflate withoutTakeover(Role role) {
        return of(role, NO_TAKEOVER, DeflateOptions.SHARED.withThreshold(0));
    }

    PerMessageDeflate withTakeover(Role role) {
        return of(role, DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED.withThreshold(0));
    }

    PerMessageDeflate of(Role role, DeflateParameters parameters, DeflateOptions options) {
        return new PerMessageDeflate(role, parameters, options, resources);
    }

    /** Takes every decompressor that there is for messages in pieces. */
    void leaseAll() {
        ByteBuf in = Hex.buffer("00");
        ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < DeflateResources.MAX_LEASED; i++) {
            assertThat(withoutTakeover(Role.SERVER).inflate(in, 0, 1, false, out, 100))
                    .isEqualTo(Inflation.OK);
        }
        out.release();
    }

    @Override
    public void close() {
        resources.close();
    }
}
