package dev.duplex.client.internal;

import dev.duplex.client.Proxy;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code CONNECT} (RFC 9110 §9.3.6): one request to the proxy, with nothing in it that is meant for the server, and one
 * answer. Whatever the proxy wants besides, there is no second request.
 */
final class ConnectTunnel extends ChannelInboundHandlerAdapter {
    private static final int MAX_SHOWN = 200;
    private static final Pattern TITLE = Pattern.compile("(?i)<title>([^<]*)</title>");

    private final Attempt attempt;
    private final Proxy proxy;
    private final Runnable whenOpen;

    private boolean asked;
    private int interim;
    private boolean skipping;
    private boolean open;
    private @Nullable HandshakeResponse refusal;
    private final BodyHead body = new BodyHead();
    private boolean done;

    /** Reads answers to CONNECT. */
    static final class ResponseDecoder extends HttpResponseDecoder {
        ResponseDecoder(HttpDecoderConfig config) {
            super(config);
        }

        // RFC 9110 §9.3.6: "A client MUST ignore any Content-Length or Transfer-Encoding header fields received in a
        // successful response to CONNECT."
        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage message) {
            return isSuccess((HttpResponse) message) || super.isContentAlwaysEmpty(message);
        }
    }

    /** Runs {@code whenOpen} once the proxy has connected to the server and this handler has left. */
    ConnectTunnel(Attempt attempt, Proxy proxy, Runnable whenOpen) {
        this.attempt = attempt;
        this.proxy = proxy;
        this.whenOpen = whenOpen;
    }

    private static boolean isSuccess(HttpResponse response) {
        return response.status().codeClass() == HttpStatusClass.SUCCESS;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (proxy.scheme() == Proxy.Scheme.HTTP) {
            request(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Attempt.TIMED_OUT) {
            refuse(); // with what there is of the body
            fail(
                    CloseKind.NOT_CONNECTED,
                    "has not answered within "
                            + attempt.settings().limits().handshakeTimeout().toMillis() + " ms (handshakeTimeout)",
                    null);
        } else if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                request(ctx);
            } else {
                failTls(tls.cause());
            }
        }
    }

    private void request(ChannelHandlerContext ctx) {
        asked = true;
        UrlRecord url = attempt.url();
        String authority = url.host() + ":" + url.port();
        StringBuilder head = new StringBuilder("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n");
        Proxy.Credentials credentials = proxy.credentials();
        if (credentials != null) {
            byte[] pair = (credentials.user() + ":" + credentials.password()).getBytes(StandardCharsets.UTF_8);
            head.append("Proxy-Authorization: Basic ")
                    .append(Base64.getEncoder().encodeToString(pair))
                    .append("\r\n");
        }
        ctx.writeAndFlush(Unpooled.copiedBuffer(head.append("\r\n"), StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (done) {
                return;
            }
            if (message instanceof HttpObject part) {
                read(ctx, part);
            } else {
                // Neither TLS nor WebSocket lets the server speak first, so that this is not the server's.
                fail(
                        CloseKind.REFUSED,
                        "has sent something behind its answer, before the server was asked anything",
                        null);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext ctx, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            fail(
                    CloseKind.REFUSED,
                    "has not answered as it should: the answer "
                            + ResponseHead.malformed(cause, attempt.settings().limits()),
                    cause);
            return;
        }
        if (part instanceof HttpResponse head) {
            readHead(head);
        }
        if (part instanceof HttpContent content && !done && !skipping) {
            boolean last = content instanceof LastHttpContent;
            if (!open) {
                body.add(content.content());
                if (last || body.isFull()) {
                    refuse();
                }
            } else if (last) {
                ctx.pipeline().remove(ResponseDecoder.class);
                // What came along with the answer comes before this.
                ctx.executor().execute(() -> leave(ctx));
            }
        }
    }

    private void readHead(HttpResponse head) {
        HandshakeResponse response;
        try {
            response = ResponseHead.of(head, attempt.settings().limits());
        } catch (IllegalArgumentException e) {
            fail(CloseKind.REFUSED, "has not answered as it should: the answer " + e.getMessage(), e);
            return;
        }
        skipping = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (skipping) {
            if (response.status() == 101 || ++interim > HandshakeHandler.MAX_INTERIM_RESPONSES) {
                fail(
                        CloseKind.REFUSED,
                        "has sent an interim response too many, the last with status " + response.status(),
                        null);
            }
            return;
        }
        open = isSuccess(head);
        if (!open) {
            refusal = response; // its body is worth reading first
        }
    }

    private void leave(ChannelHandlerContext ctx) {
        if (!done) {
            done = true;
            ctx.pipeline().remove(this);
            whenOpen.run();
        }
    }

    private void refuse() {
        HandshakeResponse head = refusal;
        if (head == null || done) {
            return;
        }
        HandshakeResponse whole = new HandshakeResponse(head.status(), head.fields(), body.toString());
        String said = said(whole.body());
        done = true;
        attempt.fail(
                CloseKind.REFUSED,
                "the proxy " + proxy + " has refused to connect to "
                        + attempt.url().host() + ":" + attempt.url().port() + " with status " + whole.status() + said
                        + hint(whole),
                whole,
                null);
    }

    /** Proxies answer in HTML, whose title says it all. */
    private static String said(String body) {
        Matcher title = TITLE.matcher(body);
        String text = ResponseHead.printable((title.find() ? title.group(1) : body).strip());
        if (text.isEmpty()) {
            return "";
        }
        return ": \"" + (text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text) + "\"";
    }

    private String hint(HandshakeResponse response) {
        if (response.status() != 407) {
            return "";
        }
        // RFC 9110 §11.7.1: "A proxy MUST send at least one Proxy-Authenticate header field" with it.
        String scheme = String.join(", ", response.fields().values("Proxy-Authenticate"));
        if (!scheme.isEmpty() && !scheme.matches("(?i)(.*,\\s*)?basic\\b.*")) {
            return "; it wants credentials of a kind that this client does not have, " + ResponseHead.printable(scheme);
        }
        return proxy.credentials() == null
                ? "; it wants a name and a password, written as user:password@ before its host"
                : "; name or password are wrong";
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        refuse();
        fail(CloseKind.NOT_CONNECTED, "has closed the connection without an answer to CONNECT", null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        if (!asked) {
            failTls(thrown);
        } else {
            fail(CloseKind.NOT_CONNECTED, "is not to be reached any more: " + thrown.getMessage(), thrown);
        }
    }

    private void failTls(Throwable cause) {
        fail(CloseKind.TLS, "cannot be used: " + TlsFailure.inWords(proxy.host(), cause), cause);
    }

    private void fail(CloseKind kind, String what, @Nullable Throwable cause) {
        if (!done) {
            done = true;
            attempt.fail(kind, "the proxy " + proxy + " " + what, null, cause);
        }
    }
}
