package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.common.Target;
import dev.duplex.cli.connect.Journal;
import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.connect.Plan;
import dev.duplex.client.WebSocketOptions;
import java.util.List;
import java.util.Map;

/**
 * What a conversation at a terminal is to be.
 *
 * @param first what is sent first
 * @param journal what happens, where that is wanted
 * @param pretty whether JSON is made readable
 * @param milliseconds whether times are shown with them
 * @param maxMessage largest text to send, in bytes
 * @param environment variables, for NO_COLOR and the place of the history
 */
public record TerminalPlan(
        Target target,
        WebSocketOptions.Builder options,
        List<Outgoing> first,
        Journal journal,
        boolean pretty,
        boolean milliseconds,
        int maxMessage,
        Plan.Closing closing,
        Map<String, String> environment) {}
