package dev.duplex.transport.internal;

import dev.duplex.core.Delivery;
import dev.duplex.core.Endpoint;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.channel.Channel;
import java.util.concurrent.ThreadLocalRandom;

/** Makes connections without compression. */
final class Ends {
    private Ends() {}

    static WebSocketConnection server(
            Channel channel, LoopState loop, Limits limits, SlowConsumerPolicy policy, ConnectionListener listener) {
        Endpoint endpoint = new Endpoint(Role.SERVER, limits, Delivery.WHOLE, channel.alloc(), null);
        return new WebSocketConnection(channel, new ConnectionTerms(loop, endpoint, policy), null, listener);
    }

    static WebSocketConnection client(
            Channel channel, LoopState loop, Limits limits, SlowConsumerPolicy policy, ConnectionListener listener) {
        Endpoint endpoint = new Endpoint(
                Role.CLIENT,
                limits,
                Delivery.WHOLE,
                channel.alloc(),
                () -> ThreadLocalRandom.current().nextInt());
        return new WebSocketConnection(channel, new ConnectionTerms(loop, endpoint, policy), null, listener);
    }
}
