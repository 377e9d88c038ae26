package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateNegotiation;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.ExtensionElement;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.fuzz.Choices;
import dev.duplex.fuzz.Cuts;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a server answers to the client's opening handshake: the first byte of an input chooses the cut, the rest is what
 * comes. The nonce is that of RFC 6455 §1.3, so that an input can be accepted.
 */
class ResponseFuzzTest {
    private static final Limits LIMITS =
            Limits.DEFAULTS.withHandshake(2048, 20, 512, Limits.DEFAULTS.handshakeTimeout());
    private static final ExtensionElement OFFER =
            Objects.requireNonNull(DeflateNegotiation.offer(DeflateOptions.SHARED));
    private static final ClientHandshake HANDSHAKE = ClientHandshake.builder("example.com", 443, true)
            .subprotocols(List.of("chat", "superchat"))
            .extensions(List.of(OFFER))
            .build("the sample nonce".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

    @FuzzTest
    void anyResponseIsJudgedTheSameHoweverItIsCut(byte[] input) throws Exception {
        Choices choices = new Choices(input);
        int seed = choices.next(256);
        byte[] response = choices.rest();
        List<String> whole = judge(Cuts.whole(response));
        assertThat(judge(Cuts.byteByByte(response))).as("byte by byte").isEqualTo(whole);
        assertThat(judge(Cuts.at(response, seed))).as("in pieces").isEqualTo(whole);
    }

    private static List<String> judge(List<byte[]> pieces) throws Exception {
        // As the client sets it up.
        EmbeddedChannel channel = new EmbeddedChannel(new HttpResponseDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(LIMITS.maxHandshakeLineBytes())
                .setMaxHeaderSize(LIMITS.maxHandshakeBytes())
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false)));
        for (byte[] piece : pieces) {
            channel.writeInbound(Unpooled.wrappedBuffer(piece.clone()));
        }
        List<String> judgements = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpResponse head) {
                String judgement = judge(head);
                assertThat(judgement).as("safe to show").matches("[\\x20-\\x7e§]*");
                judgements.add(judgement);
            }
            ReferenceCountUtil.release(message);
        }
        channel.finishAndReleaseAll();
        return judgements;
    }

    private static String judge(HttpResponse head) throws Exception {
        if (head.decoderResult().isFailure()) {
            return "malformed";
        }
        HandshakeResponse response;
        try {
            response = ResponseHead.of(head, LIMITS);
        } catch (IllegalArgumentException e) {
            return "malformed";
        }
        if (Opening.isRedirect(response)) {
            return redirected(response);
        }
        ClientHandshake.Result result = HANDSHAKE.verify(response);
        if (result instanceof ClientHandshake.Failed failed) {
            return failed.reason();
        }
        ClientHandshake.Accepted accepted = (ClientHandshake.Accepted) result;
        assertThat(response.status()).isEqualTo(101);
        accepted.subprotocol().ifPresent(chosen -> assertThat(chosen).isIn("chat", "superchat"));
        DeflateNegotiation.Outcome outcome = DeflateNegotiation.verify(OFFER, accepted.extensions());
        return accepted.subprotocol() + " "
                + (outcome instanceof DeflateNegotiation.Outcome.Failed failed ? failed.reason() : outcome);
    }

    private static String redirected(HandshakeResponse response) throws Exception {
        Opening from = new Opening(UrlRecord.parse("wss://example.com/a/b", null), HttpFields.EMPTY, false);
        try {
            UrlRecord to = from.redirected(response).url();
            assertThat(to.isSecure()).as("never from wss to ws").isTrue();
            assertThat(to.userInfo()).isEmpty();
            return "to " + to;
        } catch (Opening.RefusedRedirectException refused) {
            // It quotes the Location, and is made printable where it is told.
            return "redirect refused";
        }
    }
}
