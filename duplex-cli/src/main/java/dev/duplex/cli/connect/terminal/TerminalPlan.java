package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.common.Target;
import dev.duplex.cli.connect.Journal;
import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.connect.Plan;
import dev.duplex.cli.connect.Reconnect;
import dev.duplex.cli.connect.Show;
import dev.duplex.client.WebSocketOptions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a conversation at a terminal is to be.
 *
 * @param reconnect whether a lost connection is made anew, or null
 * @param hello what is sent first on each connection
 * @param first what is sent then
 * @param journal what happens, where that is wanted
 * @param show what is shown of the wire, or null
 * @param pretty whether JSON is made readable
 * @param milliseconds whether times are shown with them
 * @param maxMessage largest text to send, in bytes
 * @param environment variables, for NO_COLOR and the place of the history
 */
public record TerminalPlan(
        Target target,
        WebSocketOptions.Builder options,
        @Nullable Reconnect reconnect,
        List<Outgoing> hello,
        List<Outgoing> first,
        Journal journal,
        @Nullable Show show,
        boolean pretty,
        boolean milliseconds,
        int maxMessage,
        Plan.Closing closing,
        Map<String, String> environment) {}
