package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
    private static final String HEAD = "GET /a HTTP/1.1\r\nHost: a\r\n";

    private static EmbeddedChannel channel() {
        return new EmbeddedChannel(new RequestDecoder(Limits.DEFAULTS));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    /** What comes out: requests by their target, failures as "refused", bodies as themselves. */
    private static List<String> decoded(EmbeddedChannel channel) {
        List<String> all = new ArrayList<>();
        for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
            if (next instanceof HttpRequest request) {
                all.add(request.decoderResult().isFailure() ? "refused" : request.uri());
            } else if (next instanceof HttpContent content && content.content().isReadable()) {
                all.add(content.content().toString(StandardCharsets.ISO_8859_1));
            }
            ReferenceCountUtil.release(next);
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20, 1000})
    void pipelinedRequestsMayBeCutAnywhere(int size) {
        String requests = "\r\n" + HEAD + "\r\n" + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx\ny"
                + "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\nA: b\r\n\r\n" + HEAD + "\r\n"
                + HEAD + "A: b\r\n c\r\n\r\n";
        EmbeddedChannel channel = channel();
        for (int i = 0; i < requests.length(); i += size) {
            channel.writeInbound(bytes(requests.substring(i, Math.min(requests.length(), i + size))));
        }
        assertThat(String.join("", decoded(channel))).isEqualTo("/a/bx\ny/cz/arefused");
        channel.finishAndReleaseAll();
    }

    @Test
    void decodesNothingBeforeTheHeadHasEnded() {
        EmbeddedChannel channel = channel();
        channel.writeInbound(bytes(HEAD + "A: b\r\n\r"));
        assertThat(decoded(channel)).isEmpty();
        channel.writeInbound(bytes("\n"));
        assertThat(decoded(channel)).containsExactly("/a");
        channel.finishAndReleaseAll();
    }

    @Test
    void refusesWithoutTheEndOfTheHeadWhatNothingCanSave() {
        for (String head : new String[] {
            "hello\r\n",
            "GET /a\r\n",
            "GET /a HTTP/1.1\n",
            "GET /a http/1.1\r\n",
            "GET /a HTTP/11.1\r\n",
            "GET /" + "a".repeat(8_192),
            HEAD + "A: b\r\n".repeat(100),
            HEAD + "A: " + "b".repeat(16_384),
        }) {
            EmbeddedChannel channel = channel();
            channel.writeInbound(bytes(head));
            assertThat(decoded(channel)).as(head).containsExactly("refused");
            channel.writeInbound(bytes(HEAD + "\r\n"));
            assertThat(decoded(channel)).as("behind " + head).isEmpty();
            channel.finishAndReleaseAll();
        }
    }

    @Test
    @DisplayName("H02 lines without end are refused at the limit, the ends of the lines aside, however they come")
    void refusesLinesWithoutEndAtTheLimit() {
        EmbeddedChannel channel = channel();
        String line = "A: " + "b".repeat(400) + "\r\n";
        byte[] lines = (HEAD + line.repeat(50)).getBytes(StandardCharsets.US_ASCII);
        int sent = 0;
        List<String> decoded = List.of();
        while (decoded.isEmpty()) {
            channel.writeInbound(Unpooled.wrappedBuffer(lines, sent++, 1));
            decoded = decoded(channel);
        }
        assertThat(decoded).containsExactly("refused");
        assertThat(sent).isLessThanOrEqualTo(16 * 1024 + 2 * 50);
        channel.finishAndReleaseAll();
    }

    @Test
    @DisplayName("H03 a head that comes byte by byte is looked at twice as often if it is twice as long")
    void workIsLinearHoweverFewBytesComeAtATime() {
        for (String ending : new String[] {"", "\r\n\r\n"}) {
            long once = bytesReadFor(HEAD + "A: " + "b".repeat(3_500) + ending);
            long twice = bytesReadFor(HEAD + "A: " + "b".repeat(7_000) + ending);
            assertThat(twice).isLessThanOrEqualTo(2 * once);
            assertThat(twice).isLessThan(4 * 7_000);
        }
    }

    private static long bytesReadFor(String head) {
        EmbeddedChannel channel = channel();
        // Netty gathers what follows in the buffer that came first, if it has room.
        Counting counting = new Counting();
        counting.writeByte(head.charAt(0));
        channel.writeInbound(counting);
        for (int i = 1; i < head.length(); i++) {
            channel.writeInbound(bytes(head.substring(i, i + 1)));
        }
        assertThat(decoded(channel)).isEqualTo(head.endsWith("\n") ? List.of("/a") : List.of());
        channel.finishAndReleaseAll();
        return counting.read;
    }

    /** Counts the bytes that are looked at. */
    private static final class Counting extends UnpooledHeapByteBuf {
        long read;

        Counting() {
            super(UnpooledByteBufAllocator.DEFAULT, 16 * 1024, 16 * 1024);
        }

        @Override
        public int indexOf(int from, int to, byte value) {
            int index = super.indexOf(from, to, value);
            read += (index < 0 ? to : index + 1) - from;
            return index;
        }

        @Override
        public byte getByte(int index) {
            read++;
            return super.getByte(index);
        }

        @Override
        public ByteBuf getBytes(int index, byte[] target, int targetIndex, int length) {
            read += length;
            return super.getBytes(index, target, targetIndex, length);
        }
    }
}
