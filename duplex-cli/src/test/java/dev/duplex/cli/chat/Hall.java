package dev.duplex.cli.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Connections without a network: what is published reaches its followers at once. */
final class Hall {
    private final Map<String, Set<Line>> followers = new LinkedHashMap<>();
    private int lines;

    Line line() {
        return new Line(Integer.toString(++lines));
    }

    /** A connection which keeps what it is sent. */
    final class Line implements ChatLine {
        private final String id;
        private final List<String> received = new ArrayList<>();

        private Line(String id) {
            this.id = id;
        }

        /** What has come since this was last asked. */
        List<String> received() {
            List<String> all = List.copyOf(received);
            received.clear();
            return all;
        }

        void hangUp() {
            followers.values().forEach(all -> all.remove(this));
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public void send(String text) {
            received.add(text);
        }

        @Override
        public void follow(String topic) {
            followers.computeIfAbsent(topic, name -> new LinkedHashSet<>()).add(this);
        }

        @Override
        public void publish(String topic, String text) {
            followers.getOrDefault(topic, Set.of()).forEach(line -> line.send(text));
        }
    }
}
