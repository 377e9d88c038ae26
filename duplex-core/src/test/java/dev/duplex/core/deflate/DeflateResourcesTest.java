package dev.duplex.core.deflate;

import static dev.duplex.core.deflate.Bytes.buffer;
import static dev.duplex.core.deflate.Bytes.hex;
import static dev.duplex.core.deflate.Bytes.take;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.core.Role;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeflateResourcesTest {
    private static final DeflateParameters NO_TAKEOVER = new DeflateParameters(true, true, 15, 15);

    private final DedicatedCount count = new DedicatedCount(2);
    private final DeflateResources resources = new DeflateResources(6, count);
    private final Random random = new Random(5);

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void holdsNoNativeMemoryUntilSomebodyCompresses() {
        PerMessageDeflate shared = connection(NO_TAKEOVER, DeflateOptions.SHARED);
        PerMessageDeflate dedicated = connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
        assertThat(resources.live()).isZero();

        exchange(shared);
        assertThat(resources.live()).isEqualTo(2);
        exchange(shared);
        assertThat(resources.live()).isEqualTo(2);
        exchange(dedicated);
        assertThat(resources.live()).isEqualTo(4);

        dedicated.close();
        shared.close();
        assertThat(resources.live()).isEqualTo(2);
        resources.close();
        assertThat(resources.live()).isZero();
    }

    @Test
    void admitsDedicatedConnectionsUpToTheMaximumOfAllLoops() {
        try (DeflateResources otherLoop = new DeflateResources(6, count)) {
            PerMessageDeflate first = connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
            assertThat(otherLoop.admit(DeflateOptions.DEDICATED)).isEqualTo(DeflateOptions.DEDICATED);
            PerMessageDeflate second =
                    new PerMessageDeflate(Role.SERVER, DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED, otherLoop);

            assertThat(resources.admit(DeflateOptions.DEDICATED)).isEqualTo(DeflateOptions.SHARED);
            assertThat(otherLoop.admit(DeflateOptions.DEDICATED)).isEqualTo(DeflateOptions.SHARED);
            assertThat(resources.admit(DeflateOptions.DISABLED)).isEqualTo(DeflateOptions.DISABLED);

            first.close();
            first.close();
            assertThat(count.current()).isEqualTo(1);
            assertThat(otherLoop.admit(DeflateOptions.DEDICATED)).isEqualTo(DeflateOptions.DEDICATED);
            second.close();
            assertThat(count.current()).isZero();
        }
    }

    @Test
    void sharesTheCompressorWithAConnectionPastTheMaximum() {
        connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
        connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);

        PerMessageDeflate third = connection(new DeflateParameters(false, true, 15, 15), DeflateOptions.DEDICATED);
        assertThat(third.outgoingContextTakeover()).isFalse();
        assertThat(count.current()).isEqualTo(2);

        // The window of the peer's messages was promised already.
        PerMessageDeflate fourth = connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
        assertThat(fourth.outgoingContextTakeover()).isFalse();
        assertThat(count.current()).isEqualTo(3);
    }

    @Test
    void countsAPeerThatKeepsItsWindowWhateverTheOptionsSay() {
        PerMessageDeflate connection = connection(DeflateParameters.DEFAULTS, DeflateOptions.SHARED);
        assertThat(count.current()).isEqualTo(1);
        assertThat(connection.outgoingContextTakeover()).isFalse();
        connection.close();
        assertThat(count.current()).isZero();
    }

    @Test
    void lendsABoundedNumberOfDecompressorsToMessagesInPieces() {
        List<PerMessageDeflate> connections = new ArrayList<>();
        for (int i = 0; i < DeflateResources.MAX_LEASED; i++) {
            PerMessageDeflate connection = connection(NO_TAKEOVER, DeflateOptions.SHARED);
            connections.add(connection);
            assertThat(inflate(connection, "f2 48 cd", false)).isEqualTo(Inflation.OK);
        }
        PerMessageDeflate oneMore = connection(NO_TAKEOVER, DeflateOptions.SHARED);
        assertThat(inflate(oneMore, "f2 48 cd", false)).isEqualTo(Inflation.UNAVAILABLE);
        assertThat(inflate(oneMore, "f2 48 cd c9 c9 07 00", true)).isEqualTo(Inflation.OK);

        // One gives its decompressor back by ending its message, one by an error (a block of type 3), others by
        // closing.
        assertThat(inflate(connections.get(0), "c9 c9 07 00", true)).isEqualTo(Inflation.OK);
        assertThat(inflate(oneMore, "f2 48 cd", false)).isEqualTo(Inflation.OK);
        PerMessageDeflate another = connection(NO_TAKEOVER, DeflateOptions.SHARED);
        assertThat(inflate(another, "f2 48 cd", false)).isEqualTo(Inflation.UNAVAILABLE);
        assertThat(inflate(connections.get(1), "c9 c9 07 00 00 00 ff ff 07", false))
                .isEqualTo(Inflation.CORRUPT);
        assertThat(inflate(another, "f2 48 cd", false)).isEqualTo(Inflation.OK);

        connections.forEach(PerMessageDeflate::close);
        oneMore.close();
        another.close();
        // The shared one, and the few kept for the next message in pieces.
        assertThat(resources.live()).isLessThanOrEqualTo(1 + 4);
    }

    @Test
    void aDecompressorLentAgainKnowsNothingOfTheMessageBefore() {
        PerMessageDeflate first = connection(NO_TAKEOVER, DeflateOptions.SHARED);
        assertThat(inflate(first, "f2 48 cd c9 c9 07", false)).isEqualTo(Inflation.OK);
        first.close();

        PerMessageDeflate second = connection(NO_TAKEOVER, DeflateOptions.SHARED);
        assertThat(inflate(second, "f2 00 11 00 00", false)).isEqualTo(Inflation.CORRUPT);
        assertThat(inflate(second, "f2 48 cd c9 c9 07", false)).isEqualTo(Inflation.OK);
        assertThat(inflate(second, "00", true)).isEqualTo(Inflation.OK);
        assertThat(resources.live()).isEqualTo(1);
    }

    // Row C04: whatever a peer sends, the decompressor's memory is freed.
    @Test
    void freesADecompressorThatMetCorruptData() {
        for (String payload : new String[] {"07", "f2 48 cd", "f2 00 11 00 00", ""}) {
            PerMessageDeflate dedicated = connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
            assertThat(inflate(dedicated, payload, true)).isEqualTo(Inflation.CORRUPT);
            assertThat(resources.live()).isZero();
            dedicated.close();
            assertThat(count.current()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
    void compressesABroadcastForAWindow(int bits) {
        byte[] payload = Bytes.json(random, 20_000);
        ByteBuf in = buffer(payload);
        for (int i = 0; i < 2; i++) {
            ByteBuf out = buffer();
            assertThat(resources.deflateShared(in, 0, payload.length, bits, out))
                    .isTrue();
            assertThat(new StrictInflate(bits).message(take(out))).isEqualTo(payload);
        }
        in.release();
    }

    @Test
    void leavesABroadcastAloneThatWouldNotBeSmaller() {
        ByteBuf in = buffer(Bytes.noise(random, 2000));
        ByteBuf out = buffer();
        assertThat(resources.deflateShared(in, 0, 2000, 15, out)).isFalse();
        assertThat(out.readableBytes()).isZero();
        in.release();
        out.release();
    }

    @Test
    void refusesLevelsAndWindowsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new DeflateResources(0, count));
        ByteBuf in = buffer(hex("00"));
        ByteBuf out = buffer();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resources.deflateShared(in, 0, 1, 7, out))
                .withMessageContaining("windowBits must be 8 to 15 but was 7");
        in.release();
        out.release();
    }

    @Test
    void endsEverythingOnCloseAndThenRefusesToWork() {
        PerMessageDeflate dedicated = connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
        PerMessageDeflate shared = connection(NO_TAKEOVER, DeflateOptions.SHARED);
        PerMessageDeflate untouched = connection(DeflateParameters.DEFAULTS, DeflateOptions.DEDICATED);
        exchange(dedicated);
        exchange(shared);
        assertThat(inflate(shared, "f2 48 cd", false)).isEqualTo(Inflation.OK);
        assertThat(resources.live()).isEqualTo(5);

        resources.close();
        resources.close();
        assertThat(resources.live()).isZero();

        assertThatIllegalStateException()
                .isThrownBy(() -> exchange(untouched))
                .withMessageContaining("close the connections of an event loop before its resources");
        dedicated.close();
        shared.close();
        untouched.close();
        assertThat(count.current()).isZero();
    }

    private PerMessageDeflate connection(DeflateParameters parameters, DeflateOptions options) {
        return new PerMessageDeflate(Role.SERVER, parameters, options, resources);
    }

    private void exchange(PerMessageDeflate connection) {
        byte[] payload = Bytes.json(random, 2000);
        ByteBuf in = buffer(payload);
        ByteBuf out = buffer();
        try {
            assertThat(connection.deflate(in, 0, payload.length, out)).isTrue();
        } finally {
            in.release();
            out.release();
        }
        assertThat(inflate(connection, "f2 48 cd c9 c9 07 00", true)).isEqualTo(Inflation.OK);
    }

    private static Inflation inflate(PerMessageDeflate connection, String payload, boolean endOfMessage) {
        ByteBuf in = buffer(hex(payload));
        ByteBuf out = buffer();
        try {
            return connection.inflate(in, 0, in.readableBytes(), endOfMessage, out, 1000);
        } finally {
            in.release();
            out.release();
        }
    }
}
