package dev.duplex.cli.bench;

/** What figures are of, in words. */
final class Words {
    private Words() {}

    static String ofLatency(BenchPlan plan) {
        boolean open = plan.load() instanceof Load.Open;
        return switch (plan.scenario()) {
            case PUSH -> "from the time in each message, by the clocks of both machines";
            case CHURN ->
                open
                        ? "from the time at which each visit was due to the answer"
                        : "from the beginning of each visit to the answer";
            default ->
                open ? "from the time at which each message was due" : "from the time at which each message was sent";
        };
    }

    /** What the server's CPU time is told for. */
    static String ofUnit(BenchResult result) {
        return switch (result.plan().scenario()) {
            case BROADCAST -> "delivery";
            case CONNECT -> "connection";
            case CHURN -> "visit";
            default -> "message";
        };
    }
}
