package dev.duplex.races;

/** All races, as often as wanted; {@code scripts/races} starts it. */
public final class Races {
    private Races() {}

    private interface Race {
        void run(int rounds) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        run("close, server", rounds, CloseRaceTest::server);
        run("close, client", rounds, CloseRaceTest::client);
        run("sends", rounds, HandoverRaceTest::sends);
        run("publications", rounds, HandoverRaceTest::publications);
        run("blocking handler", rounds, HandoverRaceTest::blockingHandler);
        System.exit(0);
    }

    private static void run(String name, int rounds, Race race) throws Exception {
        long start = System.nanoTime();
        race.run(rounds);
        System.out.printf("%-20s %d rounds, %d s%n", name, rounds, (System.nanoTime() - start) / 1_000_000_000);
    }
}
