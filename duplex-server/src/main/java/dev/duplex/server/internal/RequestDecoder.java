package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Netty's decoder in its strictest form, and two rules more: it counts the fields of a head while they come, so that a
 * flood of short ones is refused before it is held, and refuses those that go on in a second line.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private final int maxFields;
    private int fields;

    /** Whether the bytes that come belong to a head; the fields behind a chunked body count as another one. */
    private boolean inHead = true;

    private int previous;
    private boolean folded;

    RequestDecoder(Limits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxHandshakeLineBytes())
                .setMaxHeaderSize(limits.maxHandshakeBytes())
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false));
        this.maxFields = limits.maxHandshakeFields();
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++fields > maxFields) {
            throw new TooLongHttpHeaderException("more than " + maxFields + " header fields");
        }
        return super.splitHeaderName(line, start, length);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        int start = in.readerIndex();
        int had = out.size();
        super.decode(ctx, in, out);
        if (inHead) {
            lookForFolding(in, start, in.readerIndex());
        }
        for (int i = had; i < out.size(); i++) {
            if (out.get(i) instanceof HttpRequest request) {
                if (folded && request.decoderResult().isSuccess()) {
                    // RFC 9112 §5.2: obs-fold is refused, since others may take the line for a field of its own.
                    request.setDecoderResult(
                            DecoderResult.failure(new IllegalArgumentException("a field goes on in a second line")));
                }
                inHead = false;
                fields = 0;
            }
            if (out.get(i) instanceof LastHttpContent) {
                inHead = true;
                fields = 0;
                folded = false;
                previous = 0;
            }
        }
    }

    private void lookForFolding(ByteBuf in, int start, int end) {
        for (int i = start; i < end && !folded; i++) {
            byte next = in.getByte(i);
            folded = previous == '\n' && (next == ' ' || next == '\t');
            previous = next;
        }
    }
}
