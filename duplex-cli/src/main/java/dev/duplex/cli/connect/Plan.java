package dev.duplex.cli.connect;

import dev.duplex.cli.common.Target;
import dev.duplex.client.WebSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a conversation is to be.
 *
 * @param dialects what is made of the messages of each connection, or null where they are shown as they are
 * @param reconnect whether a lost connection is made anew, or null
 * @param hello what is sent first on each connection
 * @param first what is sent then
 * @param input what is sent after that
 * @param inputMayBeSilent whether silence of the input is as good as its end, since all was given already
 * @param journal what happens, where that is wanted
 * @param show what is shown of the wire, or null
 * @param roundTrips whether they are measured and told
 * @param patience how long to read on when all is sent
 * @param timeout time for everything, or null
 */
public record Plan(
        Target target,
        WebSocketOptions.Builder options,
        @Nullable Supplier<Dialect> dialects,
        @Nullable Reconnect reconnect,
        List<Outgoing> hello,
        List<Outgoing> first,
        MessageReader input,
        boolean inputMayBeSilent,
        MessageWriter output,
        Journal journal,
        Notes notes,
        @Nullable Show show,
        boolean roundTrips,
        Expectations expectations,
        Wait patience,
        @Nullable Duration timeout,
        Closing closing) {

    /** Our close frame. */
    public record Closing(int code, String reason) {}
}
