package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedMessageTest {
    private static final String LONG_TEXT = "The quick brown fox jumps over the lazy dog. ".repeat(40);

    private static PerMessageDeflate windowBits(Deflating deflating, Role role, int bits) {
        return deflating.of(
                role, new DeflateParameters(true, true, bits, bits), DeflateOptions.SHARED.withThreshold(1000));
    }

    private static PreparedMessage text(Deflating deflating, String text, CountingAllocator allocator) {
        return new PreparedMessage(true, Unpooled.copiedBuffer(text, UTF_8), deflating.resources, allocator);
    }

    @Test
    void isAPlainFrameForAConnectionWithoutDeflate() {
        CountingAllocator allocator = new CountingAllocator();
        try (Deflating deflating = new Deflating();
                PreparedMessage text = text(deflating, "abc", allocator);
                PreparedMessage binary =
                        new PreparedMessage(false, Hex.buffer("0102"), deflating.resources, allocator)) {
            assertThat(Hex.of(text.frame(null))).isEqualTo("8103616263");
            assertThat(Hex.of(binary.frame(null))).isEqualTo("82020102");
        }
        allocator.assertNothingLive();
    }

    @Test
    void isEncodedOncePerKindOfEncoding() {
        CountingAllocator allocator = new CountingAllocator();
        try (Deflating deflating = new Deflating();
                PreparedMessage message = text(deflating, LONG_TEXT, allocator)) {
            PerMessageDeflate fifteen = windowBits(deflating, Role.SERVER, 15);
            PerMessageDeflate nine = windowBits(deflating, Role.SERVER, 9);
            ByteBuf plain = message.frame(null);
            ByteBuf large = message.frame(fifteen);
            ByteBuf small = message.frame(nine);
            assertThat(plain.getUnsignedByte(0)).isEqualTo((short) 0x81);
            assertThat(large.getUnsignedByte(0)).isEqualTo((short) 0xC1);
            assertThat(small.getUnsignedByte(0)).isEqualTo((short) 0xC1);
            int buffers = allocator.count();
            assertThat(message.frame(null)).isSameAs(plain);
            assertThat(message.frame(windowBits(deflating, Role.SERVER, 15))).isSameAs(large);
            assertThat(message.frame(windowBits(deflating, Role.SERVER, 9))).isSameAs(small);
            assertThat(allocator.count()).isEqualTo(buffers);
        }
        allocator.assertNothingLive();
    }

    @Test
    void isPlainBelowTheThresholdOfTheConnection() {
        CountingAllocator allocator = new CountingAllocator();
        try (Deflating deflating = new Deflating();
                PreparedMessage message = text(deflating, "a".repeat(999), allocator)) {
            assertThat(message.frame(windowBits(deflating, Role.SERVER, 15))).isSameAs(message.frame(null));
        }
        allocator.assertNothingLive();
    }

    @Test
    void isPlainWhereItWouldNotShrink() {
        CountingAllocator allocator = new CountingAllocator();
        byte[] noise = new byte[2000];
        new Random(1).nextBytes(noise);
        try (Deflating deflating = new Deflating();
                PreparedMessage message =
                        new PreparedMessage(false, Unpooled.wrappedBuffer(noise), deflating.resources, allocator)) {
            ByteBuf frame = message.frame(windowBits(deflating, Role.SERVER, 12));
            assertThat(Hex.of(frame)).isEqualTo("827e07d0" + Hex.of(noise));
            assertThat(message.frame(windowBits(deflating, Role.SERVER, 15))).isSameAs(frame);
            assertThat(message.frame(null)).isSameAs(frame);
        }
        allocator.assertNothingLive();
    }

    @Test
    void closingTwiceIsHarmless() {
        CountingAllocator allocator = new CountingAllocator();
        try (Deflating deflating = new Deflating()) {
            PreparedMessage message = text(deflating, LONG_TEXT, allocator);
            message.frame(windowBits(deflating, Role.SERVER, 15));
            message.frame(null);
            message.close();
            message.close();
        }
        allocator.assertNothingLive();
    }

    @Test
    void isNotSentAfterACloseFrame() {
        try (Deflating deflating = new Deflating();
                Engine server = Engine.of(Role.SERVER);
                PreparedMessage message = text(deflating, "abc", server.allocator)) {
            server.receive("88 00");
            assertThat(server.protocol.frameOf(message)).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
    void isReadByAClientOfAnyWindow(int bits) {
        try (Deflating deflating = new Deflating();
                Engine server = Engine.of(
                        Role.SERVER, Limits.DEFAULTS, Delivery.WHOLE, windowBits(deflating, Role.SERVER, bits));
                Engine client = Engine.of(
                        Role.CLIENT, Limits.DEFAULTS, Delivery.WHOLE, windowBits(deflating, Role.CLIENT, bits));
                PreparedMessage message = text(deflating, LONG_TEXT, server.allocator)) {
            ByteBuf frame = Objects.requireNonNull(server.protocol.frameOf(message));
            assertThat(frame.readableBytes()).isLessThan(LONG_TEXT.length());
            client.receiveBytes(ByteBufUtil.getBytes(frame));
            assertThat(client.events()).containsExactly("text \"" + LONG_TEXT + '"');
        }
    }

    /**
     * A broadcast moves the client's window on without our compressor knowing: unless that is reset, later messages
     * refer to the wrong bytes and inflate to something else, silently.
     */
    @Property(tries = 200)
    void ownMessagesAndBroadcastsMayAlternateOnAConnectionWithContextTakeover(
            @ForAll @Size(max = 40) List<@IntRange(max = 3) Integer> kinds, @ForAll Random random) {
        try (Deflating deflating = new Deflating();
                Engine server =
                        Engine.of(Role.SERVER, Limits.DEFAULTS, Delivery.WHOLE, deflating.withTakeover(Role.SERVER));
                Engine client =
                        Engine.of(Role.CLIENT, Limits.DEFAULTS, Delivery.WHOLE, deflating.withTakeover(Role.CLIENT))) {
            List<String> expected = new ArrayList<>();
            for (int kind : kinds) {
                String text = words(random, kind);
                expected.add("text \"" + text + '"');
                if (kind % 2 == 0) {
                    server.protocol.writeText(text, server.sink.out);
                } else {
                    try (PreparedMessage message = text(deflating, text, server.allocator)) {
                        server.sink.out.writeBytes(Objects.requireNonNull(server.protocol.frameOf(message))
                                .duplicate());
                    }
                }
            }
            client.receiveBytes(server.sentBytes());
            assertThat(client.events()).isEqualTo(expected);
        }
    }

    private static String words(Random random, int kind) {
        String[] vocabulary = {"alpha ", "beta ", "gamma ", "delta ", "epsilon ", "zeta "};
        StringBuilder text = new StringBuilder();
        for (int i = kind < 2 ? 40 : 4; i > 0; i--) {
            text.append(vocabulary[random.nextInt(vocabulary.length)]);
        }
        return text.toString();
    }
}
