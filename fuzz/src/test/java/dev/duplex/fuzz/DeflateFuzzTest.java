package dev.duplex.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.core.Role;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.deflate.Inflation;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** permessage-deflate: any bytes as compressed messages under a limit, and any messages there and back. */
class DeflateFuzzTest {
    /** RFC 7692 §7.2.2. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private static final int MAX_BYTES = 8192;

    /** How far the output may grow beyond what is written to it: it doubles. */
    private static final int SLACK = 2 * MAX_BYTES + 1024;

    /** What became of a message. */
    private record Inflated(Inflation result, String bytes) {
        /** Of what is too big and corrupt as well, the one or the other is told. */
        String orRefused() {
            return result == Inflation.OK ? bytes : "refused";
        }
    }

    @FuzzTest
    void anyCutInflatesToTheSameWithinTheLimit(byte[] input) {
        Choices choices = new Choices(input);
        boolean takeover = choices.nextBoolean();
        int maxBytes = 1 + choices.next(32) * 256;
        int seed = choices.next(256);
        byte[] compressed = choices.rest();
        Inflated whole = inflate(takeover, maxBytes, Cuts.whole(compressed));
        assertThat(inflate(takeover, maxBytes, Cuts.byteByByte(compressed)).orRefused())
                .as("byte by byte")
                .isEqualTo(whole.orRefused());
        assertThat(inflate(takeover, maxBytes, Cuts.at(compressed, seed)).orRefused())
                .as("in pieces")
                .isEqualTo(whole.orRefused());
        if (whole.result() == Inflation.OK) {
            assertThat(whole.bytes())
                    .isEqualTo(ByteBufUtil.hexDump(
                            plainlyInflated(compressed, maxBytes, 1024).bytes()));
        } else if (whole.result() == Inflation.TOO_BIG) {
            // Behind as much as is allowed, what is corrupt is not told from more. A byte at a time: where zlib fails,
            // what the same call has written before is not told.
            Plain plain = plainlyInflated(compressed, maxBytes, 1);
            assertThat(plain.bytes()).hasSizeGreaterThan(plain.corrupt() ? maxBytes - 1 : maxBytes);
        }
    }

    private static Inflated inflate(boolean takeover, int maxBytes, List<byte[]> pieces) {
        DeflateResources resources = new DeflateResources(1, new DedicatedCount(1));
        CountingAllocator allocator = new CountingAllocator();
        ByteBuf out = allocator.buffer();
        Inflation result = Inflation.OK;
        try (PerMessageDeflate deflate = new PerMessageDeflate(
                Role.SERVER, new DeflateParameters(true, !takeover, 15, 15), DeflateOptions.SHARED, resources)) {
            for (int i = 0; i <= pieces.size() && result == Inflation.OK; i++) {
                boolean end = i == pieces.size();
                ByteBuf in = Unpooled.wrappedBuffer(end ? new byte[0] : pieces.get(i));
                result = deflate.inflate(in, 0, in.readableBytes(), end, out, maxBytes);
                assertThat(out.readableBytes()).isLessThanOrEqualTo(maxBytes);
                assertThat(allocator.liveBytes()).isLessThanOrEqualTo(SLACK);
            }
        }
        // On anything but OK what the failed call wrote is taken back, and earlier pieces remain: that depends on the
        // cut.
        Inflated inflated = new Inflated(result, result == Inflation.OK ? ByteBufUtil.hexDump(out) : "");
        out.release();
        allocator.assertNothingLive();
        resources.close();
        return inflated;
    }

    /** What zlib has written, and whether it then met something corrupt. */
    private record Plain(byte[] bytes, boolean corrupt) {}

    /** What zlib makes of it, written plainly: one stream after the other as far as they go, or until it is too much. */
    private static Plain plainlyInflated(byte[] compressed, int most, int atATime) {
        byte[] in = Arrays.copyOf(compressed, compressed.length + TAIL.length);
        System.arraycopy(TAIL, 0, in, compressed.length, TAIL.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[atATime];
        int start = 0;
        boolean corrupt = false;
        while (start < in.length && out.size() <= most) {
            Inflater inflater = new Inflater(true);
            inflater.setInput(in, start, in.length - start);
            try {
                int written;
                do {
                    written = inflater.inflate(buffer);
                    out.write(buffer, 0, written);
                } while (written > 0 && out.size() <= most);
                start = inflater.finished() ? in.length - inflater.getRemaining() : in.length;
            } catch (DataFormatException e) {
                corrupt = true;
                start = in.length;
            } finally {
                inflater.end();
            }
        }
        return new Plain(out.toByteArray(), corrupt);
    }

    @FuzzTest
    void whatIsDeflatedInflatesToTheSame(byte[] input) {
        Choices choices = new Choices(input);
        Role sender = choices.nextBoolean() ? Role.SERVER : Role.CLIENT;
        DeflateParameters parameters = new DeflateParameters(
                choices.nextBoolean(), choices.nextBoolean(), 8 + choices.next(8), 8 + choices.next(8));
        DeflateOptions options = (choices.nextBoolean() ? DeflateOptions.SHARED : DeflateOptions.DEDICATED)
                .withLevel(1 + choices.next(9));
        DeflateResources resources = new DeflateResources(options.level(), new DedicatedCount(2));
        try (PerMessageDeflate from = new PerMessageDeflate(sender, parameters, options, resources);
                PerMessageDeflate to = new PerMessageDeflate(sender.peer(), parameters, options, resources)) {
            while (!choices.isEmpty()) {
                // Few bytes of input make large messages, so that windows fill up.
                int times = 1 + choices.next(256);
                byte[] payload = repeated(choices.bytes(1 + choices.next(256)), times);
                boolean foreign = sender == Role.SERVER && choices.next(8) == 7;
                send(from, to, resources, payload, foreign);
            }
        }
        resources.close();
    }

    private static void send(
            PerMessageDeflate from, PerMessageDeflate to, DeflateResources resources, byte[] payload, boolean foreign) {
        ByteBuf in = Unpooled.wrappedBuffer(payload);
        ByteBuf compressed = Unpooled.buffer();
        boolean smaller = foreign
                ? resources.deflateShared(in, 0, payload.length, from.outgoingWindowBits(), compressed)
                : from.deflate(in, 0, payload.length, compressed);
        if (!smaller) {
            assertThat(compressed.readableBytes()).isZero();
            return;
        }
        if (foreign) {
            from.foreignMessageSent();
        }
        assertThat(compressed.readableBytes()).isLessThan(Math.max(2, payload.length));
        ByteBuf out = Unpooled.buffer();
        assertThat(to.inflate(compressed, 0, compressed.readableBytes(), true, out, payload.length))
                .isEqualTo(Inflation.OK);
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(payload);
        compressed.release();
        out.release();
    }

    private static byte[] repeated(byte[] bytes, int times) {
        byte[] all = new byte[bytes.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(bytes, 0, all, i * bytes.length, bytes.length);
            // Not the same each time: a repetition alone would never leave the window.
            if (bytes.length > 0) {
                all[i * bytes.length] ^= (byte) i;
            }
        }
        return all;
    }
}
