package dev.duplex.server.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The topics of a server. A topic exists as long as it has members. */
final class Topics {
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final List<ServerLoop> loops;

    /** Every session is a member of it; it has no name that an application could use. */
    private final Topic everyone;

    Topics(List<ServerLoop> loops) {
        this.loops = loops;
        this.everyone = new Topic("", loops.size());
    }

    Topic everyone() {
        return everyone;
    }

    /** The topic, made if need be, with one member more to come. */
    Topic join(String name) {
        Topic joined = topics.compute(name, (key, existing) -> {
            Topic topic = existing == null ? new Topic(name, loops.size()) : existing;
            topic.members++;
            return topic;
        });
        return joined;
    }

    /** One member fewer; without any the topic ends. */
    void leave(Topic topic) {
        topics.computeIfPresent(topic.name(), (name, existing) -> --existing.members == 0 ? null : existing);
    }

    Set<String> names() {
        return new TreeSet<>(topics.keySet());
    }

    List<ServerSession> members(String name) {
        Topic topic = topics.get(name);
        return topic == null ? List.of() : topic.snapshot();
    }

    void publish(String name, boolean text, byte[] payload, @Nullable ServerSession except) {
        Topic topic = topics.get(name);
        if (topic != null) {
            publish(new Publication(topic, text, payload, except, name));
        }
    }

    void broadcast(boolean text, byte[] payload) {
        publish(new Publication(everyone, text, payload, null, null));
    }

    private void publish(Publication publication) {
        for (ServerLoop loop : loops) {
            loop.publish(publication);
        }
    }
}
