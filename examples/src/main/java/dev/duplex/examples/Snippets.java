package dev.duplex.examples;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.Message;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.OutgoingMessage;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.StaticFiles;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Tls;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Pieces of code for the guide. SnippetsTest runs most of them. */
final class Snippets {
    private Snippets() {}

    static Route signedIn(WebSocketHandler handler, Map<String, String> users) {
        // tag::upgrade
        return Route.to(handler).onUpgrade(request -> {
            String user = users.get(request.cookies().getOrDefault("sid", ""));
            if (user == null) {
                return UpgradeResponse.reject(401, "Sign in first.\n");
            }
            return UpgradeResponse.accept().withAttribute("user", user);
        });
        // end::upgrade
    }

    static WebSocketServer.Builder origins(WebSocketServer.Builder builder) {
        // tag::origins
        return builder.origins(OriginPolicy.allow("https://example.com", "https://*.example.com"));
        // end::origins
    }

    static WebSocketServer.Builder tls(WebSocketServer.Builder builder) {
        // tag::tls
        return builder.port(443).tls(Tls.pem(Path.of("fullchain.pem"), Path.of("privkey.pem")));
        // end::tls
    }

    static WebSocketServer.Builder limits(WebSocketServer.Builder builder) {
        // tag::limits
        return builder.limits(Limits.DEFAULTS.withMaxMessageBytes(64 * 1024).withIdleTimeout(Duration.ofMinutes(10)));
        // end::limits
    }

    static WebSocketServer.Builder keepalive(WebSocketServer.Builder builder) {
        // tag::keepalive
        return builder.limits(Limits.DEFAULTS.withKeepalive(Duration.ofSeconds(15), Duration.ofSeconds(10)));
        // end::keepalive
    }

    static WebSocketServer.Builder behindProxy(WebSocketServer.Builder builder) {
        // tag::proxy
        return builder.host("127.0.0.1").port(8009).trustedProxies(TrustedProxies.of("127.0.0.1", "::1"));
        // end::proxy
    }

    static WebSocketServer.Builder compression(WebSocketServer.Builder builder, WebSocketHandler video) {
        // tag::compression
        return builder.compression(DeflateOptions.DEDICATED.withMaxDedicated(1000))
                .webSocket("/video", Route.to(video).compression(DeflateOptions.DISABLED));
        // end::compression
    }

    static WebSocketServer.Builder files(WebSocketServer.Builder builder) {
        // tag::files
        return builder.http("/*", StaticFiles.directory(Path.of("web"))).health("/health");
        // end::files
    }

    static void closing(Session session) {
        // tag::close
        session.close(4000, "this game is over");
        // end::close
    }

    // tag::closed
    static final class Farewell implements WebSocketHandler {
        @Override
        public void onClose(Session session, CloseEvent event) {
            System.out.println(event.code() + " " + event.reason() + " clean: " + event.wasClean());
        }
    }
    // end::closed

    // tag::producer
    static final class Lines implements WebSocketHandler {
        @Override
        public void onOpen(Session session) {
            onDrain(session);
        }

        @Override
        public void onDrain(Session session) {
            int line = (int) session.attributes().getOrDefault("line", 0);
            SendResult result = SendResult.SENT;
            while (line < 1_000_000 && result == SendResult.SENT) {
                result = session.send("line " + line);
                line++;
            }
            session.attributes().put("line", line);
        }
    }
    // end::producer

    static Route prices(WebSocketHandler handler) {
        // tag::conflate
        return Route.to(handler).slowConsumers(SlowConsumerPolicy.CONFLATE);
        // end::conflate
    }

    static SendResult price(Session session, String symbol, String price) {
        // tag::conflated
        return session.send(symbol + " " + price, symbol);
        // end::conflated
    }

    static Route blocking(WebSocketHandler handler) {
        // tag::blocking
        return Route.to(handler).blocking();
        // end::blocking
    }

    static Route upload(WebSocketHandler handler) {
        // tag::streaming
        return Route.to(handler)
                .streaming()
                .limits(Limits.DEFAULTS.withMaxMessageBytes(1L << 30).withMaxFragments(1_000_000));
        // end::streaming
    }

    static void parts(Session session, ByteBuffer first, ByteBuffer second) {
        // tag::parts
        try (OutgoingMessage message = session.beginBinary()) {
            message.write(first);
            message.write(second);
        }
        // end::parts
    }

    // tag::subprotocol
    static Route versions(WebSocketHandler handler) {
        return Route.to(handler).subprotocols("chat.v2", "chat.v1");
    }

    static boolean speaksVersion2(Session session) {
        return session.subprotocol().equals(Optional.of("chat.v2"));
    }
    // end::subprotocol

    static void answer(Session session, Message message) {
        // tag::message
        if (message.isText()) {
            session.send("you said " + message.text());
        } else {
            session.close(CloseCode.UNSUPPORTED_DATA, "text only");
        }
        // end::message
    }
}
