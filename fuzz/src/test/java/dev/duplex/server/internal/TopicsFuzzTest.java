package dev.duplex.server.internal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.fuzz.Choices;
import dev.duplex.fuzz.Logged;

/**
 * Sessions that come and go, join and leave topics, and publish, on two event loops and from elsewhere: each gets what a
 * model of a few lines says. Each step of an input takes three bytes: what, who, and on which topic or from where.
 */
class TopicsFuzzTest {
    private static final int MOST_STEPS = 200;

    @FuzzTest
    void everyMemberGetsWhatTheModelSays(byte[] input) {
        Choices choices = new Choices(input);
        try (TopicsBench bench = new TopicsBench()) {
            for (int step = 0; step < MOST_STEPS && !choices.isEmpty(); step++) {
                step(bench, choices);
            }
            bench.settle();
            bench.check();
        }
        Logged.assertNoErrors();
    }

    private static void step(TopicsBench bench, Choices choices) {
        int what = choices.next(10);
        int who = choices.next(TopicsBench.SESSIONS);
        int where = choices.next(TopicsBench.TOPICS * TopicsBench.CALLERS);
        int topic = where % TopicsBench.TOPICS;
        int caller = where / TopicsBench.TOPICS;
        switch (what) {
            case 0, 1 -> bench.subscribe(who, topic, caller);
            case 2 -> bench.unsubscribe(who, topic, caller);
            case 3, 4 -> bench.publish(who, topic, caller);
            case 5 -> bench.publishFromServer(topic, caller);
            case 6 -> bench.broadcast(caller);
            case 7 -> bench.turn(who % TopicsBench.LOOPS);
            case 8 -> bench.disconnect(who);
            default -> {
                bench.settle();
                bench.check();
            }
        }
    }
}
