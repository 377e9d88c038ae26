package dev.duplex.transport.internal;

import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.channel.Channel;
import java.util.concurrent.ThreadLocalRandom;

/** Makes connections without compression. */
final class Ends {
    private Ends() {}

    static WebSocketConnection server(
            Channel channel, LoopState loop, Limits limits, SlowConsumerPolicy policy, ConnectionListener listener) {
        WebSocketProtocol protocol =
                new WebSocketProtocol(Role.SERVER, limits, Delivery.WHOLE, null, channel.alloc(), null);
        return new WebSocketConnection(channel, loop, Role.SERVER, protocol, limits, policy, listener);
    }

    static WebSocketConnection client(
            Channel channel, LoopState loop, Limits limits, SlowConsumerPolicy policy, ConnectionListener listener) {
        WebSocketProtocol protocol = new WebSocketProtocol(
                Role.CLIENT,
                limits,
                Delivery.WHOLE,
                null,
                channel.alloc(),
                () -> ThreadLocalRandom.current().nextInt());
        return new WebSocketConnection(channel, loop, Role.CLIENT, protocol, limits, policy, listener);
    }
}
