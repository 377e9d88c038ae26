package dev.duplex.cli.websocketd;

import java.util.List;
import java.util.stream.Stream;

/** Header fields as they are given: {@code Name: value}. */
final class WebsocketdHeaders {
    private WebsocketdHeaders() {}

    /** Names and values of all these. */
    static List<String[]> of(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream())
                .map(line -> {
                    int colon = line.indexOf(':');
                    return new String[] {
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip()
                    };
                })
                .toList();
    }
}
