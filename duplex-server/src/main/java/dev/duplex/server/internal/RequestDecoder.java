package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Netty's decoder in its strictest form, and three rules more: a head is decoded when it has come as a whole, so that one
 * which drips costs its bytes and one look at each of them; its fields are counted, so that a flood of short ones is
 * refused before it is held; and those that go on in a second line are refused.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private static final byte[] VERSION = " HTTP/".getBytes(StandardCharsets.US_ASCII);

    private static final ByteProcessor IS_BLANK = octet -> (octet >= 0 && octet <= ' ') || octet == 0x7F;

    private final Limits limits;
    private int fields;

    /** Whether the bytes that come belong to a head; the fields behind a chunked body count as another one. */
    private boolean inHead = true;

    // The part of a head that has been looked at and not been decoded.
    private int looked;
    private int lineStart;
    private int lines;
    private boolean folded;
    private boolean noRequestLine;

    /** Whether the decoding of a head has begun before its end. */
    private boolean begun;

    RequestDecoder(Limits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxHandshakeLineBytes())
                .setMaxHeaderSize(limits.maxHandshakeBytes())
                // It is there before the first line, and grows with the longest: to 64 bytes and more, in one step.
                .setInitialBufferSize(1)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false));
        this.limits = limits;
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++fields > limits.maxHandshakeFields()) {
            throw new TooLongHttpHeaderException("more than " + limits.maxHandshakeFields() + " header fields");
        }
        return super.splitHeaderName(line, start, length);
    }

    @Override
    protected HttpMessage createMessage(String[] line) throws Exception {
        HttpMessage message = super.createMessage(line);
        if (noRequestLine) {
            // Netty is kinder, "http/1.1" or "HTTP/11.1" will do, and would go on with what comes behind.
            throw new IllegalArgumentException(
                    "the first line must end in HTTP/ and a version of two digits with a dot (RFC 9112 §2.3)");
        }
        return message;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (inHead && !begun && !isWorthDecoding(in)) {
            return;
        }
        // What is too long by our count may just not be by Netty's, without the ends of lines: a few bytes will tell.
        begun = inHead && lines > 0;
        int had = out.size();
        super.decode(ctx, in, out);
        looked = 0;
        lineStart = 0;
        for (int i = had; i < out.size(); i++) {
            if (out.get(i) instanceof HttpRequest request) {
                if (folded && request.decoderResult().isSuccess()) {
                    // RFC 9112 §5.2: obs-fold is refused, since others may take the line for a field of its own.
                    request.setDecoderResult(
                            DecoderResult.failure(new IllegalArgumentException("a field goes on in a second line")));
                }
                inHead = false;
                begun = false;
                fields = 0;
            }
            if (out.get(i) instanceof LastHttpContent) {
                inHead = true;
                fields = 0;
                folded = false;
                lines = 0;
            }
        }
    }

    /** Whether the head has ended or will be refused however it goes on. */
    private boolean isWorthDecoding(ByteBuf in) {
        int start = in.readerIndex();
        int length = in.readableBytes();
        while (looked < length) {
            int end = in.indexOf(start + looked, start + length, (byte) '\n') - start;
            looked = end < 0 ? length : end + 1;
            if (end >= 0 && endsHead(in, start + lineStart, end - lineStart)) {
                return true;
            }
            lineStart = end < 0 ? lineStart : end + 1;
        }
        // The first line has a limit of its own.
        return length > (lines == 0 ? longestFirstLine() : limits.maxHandshakeBytes());
    }

    /** With the carriage return, which Netty does not count. */
    private int longestFirstLine() {
        return limits.maxHandshakeLineBytes() + 1;
    }

    /** Whether nothing behind this line can matter. */
    private boolean endsHead(ByteBuf in, int index, int length) {
        if (lines == 0) {
            // RFC 9112 §2.2: empty lines before the first are ignored; by Netty, whatever control characters they have.
            if (in.forEachByte(index, length, IS_BLANK) < 0) {
                return false;
            }
        } else if (length == 0 || (length == 1 && in.getByte(index) == '\r')) {
            return true;
        }
        if (lines++ == 0) {
            boolean tooLong = length > longestFirstLine();
            noRequestLine = !tooLong && !isRequestLine(in, index, length);
            return tooLong || noRequestLine;
        }
        folded |= in.getByte(index) == ' ' || in.getByte(index) == '\t';
        return lines > limits.maxHandshakeFields() + 1;
    }

    /** By its version; who speaks something else is to be told so before it waits for an answer that never comes. */
    private static boolean isRequestLine(ByteBuf in, int index, int length) {
        int version = index + length - " HTTP/1.1\r".length();
        for (int i = 0; i < VERSION.length; i++) {
            if (version < index || in.getByte(version + i) != VERSION[i]) {
                return false;
            }
        }
        return true;
    }
}
