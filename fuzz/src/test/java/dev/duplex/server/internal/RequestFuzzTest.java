package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.fuzz.Choices;
import dev.duplex.fuzz.Cuts;
import dev.duplex.fuzz.Logged;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server reads before there is a session, through the handlers that really read it: the first byte of an input
 * chooses the cut, the rest is what the client sends.
 */
class RequestFuzzTest {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3}) [^\\r\\n]*\\r\\n");

    /** Every status that the routes of the bench or the limits lead to; 500 is not among them. */
    private static final List<String> STATUSES = List.of(
            "100", "101", "200", "400", "403", "404", "405", "413", "414", "417", "426", "431", "501", "503", "505");

    private static final ServerCore SERVER = ServerBench.core();

    /** What the client was sent, without what the clock decides; and whether the connection goes on. */
    private record Answer(String bytes, boolean open) {}

    @FuzzTest
    void anyRequestIsAnsweredTheSameHoweverItIsCut(byte[] input) {
        Choices choices = new Choices(input);
        int seed = choices.next(256);
        byte[] request = choices.rest();
        Answer whole = ask(Cuts.whole(request));
        assertThat(ask(Cuts.byteByByte(request))).as("byte by byte").isEqualTo(whole);
        assertThat(ask(Cuts.at(request, seed))).as("in pieces").isEqualTo(whole);
    }

    private static Answer ask(List<byte[]> pieces) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        ServerLoop loop = ServerBench.loop(0, channel.eventLoop(), () -> {});
        channel.pipeline()
                .addLast(new RequestDecoder(ServerBench.LIMITS))
                .addLast(new HttpResponseEncoder())
                .addLast(new HttpConnection(SERVER, channel, loop));
        int received = 0;
        for (byte[] piece : pieces) {
            if (channel.isOpen()) {
                channel.writeInbound(allocator.buffer(piece.length).writeBytes(piece));
            }
            received += piece.length;
            long held = allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
            assertThat(held).as("bytes held for %d received", received).isLessThanOrEqualTo(4L * received + 16 * 1024);
        }
        boolean open = channel.isOpen();
        channel.finish();
        channel.checkException();
        loop.state().deflate().close();
        StringBuilder answers = new StringBuilder();
        for (ByteBuf sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            answers.append(sent.toString(StandardCharsets.ISO_8859_1));
            sent.release();
        }
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes not released")
                .isZero();
        Logged.assertNoErrors();
        String text = answers.toString();
        assertThat(open || !text.isEmpty()).as("ended with an answer").isTrue();
        checkAnswers(text);
        return new Answer(text.replaceAll("(?i)date: [^\\r]*\\r\\n", ""), open);
    }

    private static void checkAnswers(String text) {
        if (text.isEmpty()) {
            return;
        }
        Matcher first = STATUS_LINE.matcher(text);
        assertThat(first.lookingAt()).as("begins with a status line").isTrue();
        assertThat(STATUSES).contains(first.group(1));
    }
}
