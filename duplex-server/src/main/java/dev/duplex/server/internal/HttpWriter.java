package dev.duplex.server.internal;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpResponse;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes HTTP responses: framing, connection and date fields, and the body. */
final class HttpWriter {
    private HttpWriter() {}

    /** Asks for the body that a client holds back (RFC 9110 §10.1.1). */
    static void writeContinue(Channel channel) {
        addEncoder(channel);
        channel.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    /** Before the first response: a client that never gets one costs no encoder. */
    private static void addEncoder(Channel channel) {
        if (channel.pipeline().get(HttpResponseEncoder.class) == null) {
            String connection = channel.pipeline().context(HttpConnection.class).name();
            channel.pipeline().addBefore(connection, null, new HttpResponseEncoder());
        }
    }

    /** The 101 that ends HTTP on a connection; not flushed. */
    static void writeSwitchingProtocols(Channel channel, HttpFields fields) {
        addEncoder(channel);
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        fields.forEach((name, value) -> response.headers().add(name, value));
        channel.write(response, channel.voidPromise());
    }

    /**
     * Writes and flushes a response.
     *
     * @param request what is answered, or null if it could not be read
     * @param onChunk run each time the client has taken so much of a file that more of it is read
     * @return done once all of it is with the operating system
     */
    static ChannelFuture write(
            Channel channel,
            @Nullable HttpRequest request,
            HttpResponse response,
            boolean keepAlive,
            Runnable onChunk) {
        DefaultHttpResponse head =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        response.fields().forEach((name, value) -> head.headers().add(name, value));
        if (response.status() != 304 && response.status() != 204) {
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length());
        }
        if (!keepAlive) {
            // RFC 9112 §9.6; beside what the response itself says there, such as Upgrade.
            head.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        if (!head.headers().contains(HttpHeaderNames.DATE)) {
            head.headers().set(HttpHeaderNames.DATE, HttpDate.format(Instant.now()));
        }
        addEncoder(channel);
        channel.write(head, channel.voidPromise());
        // RFC 9110 §9.3.2: the answer to HEAD has the fields of the answer to GET, and no body.
        if (request == null || !request.method().equals(HttpMethod.HEAD)) {
            writeBody(channel, response.body(), onChunk);
        }
        return channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private static void writeBody(Channel channel, HttpResponse.Body body, Runnable onChunk) {
        if (body instanceof HttpResponse.Bytes bytes) {
            if (bytes.length() > 0) {
                channel.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes.bytes())), channel.voidPromise());
            }
            return;
        }
        HttpResponse.File file = (HttpResponse.File) body;
        if (channel.pipeline().get(ChunkedWriteHandler.class) == null) {
            // On the network side of the HTTP codec, on the application's side of TLS.
            String encoder =
                    channel.pipeline().context(HttpResponseEncoder.class).name();
            channel.pipeline().addBefore(encoder, null, new ChunkedWriteHandler());
        }
        // If the file cannot be read, or is shorter now, the head with its length is out already: all that is left is
        // to break off, so that the client knows.
        try {
            FileChannel source = FileChannel.open(file.path(), StandardOpenOption.READ);
            channel.write(new FileChunks(source, file.length(), onChunk))
                    .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } catch (IOException | RuntimeException e) {
            channel.close();
        }
    }
}
