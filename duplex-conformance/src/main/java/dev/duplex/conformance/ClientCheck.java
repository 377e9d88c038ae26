package dev.duplex.conformance;

import dev.duplex.conformance.internal.ClientRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Checks clients that send messages back: plays the server, good and evil. A driver tells the client what to do, in the
 * protocol of the Autobahn test suite's fuzzing server, so that drivers written for it work unchanged:
 *
 * <ol>
 *   <li>connect to {@code /getCaseCount}, which sends the number of cases as text and closes;
 *   <li>for each number from 1 on, connect to {@code /runCase?case=N&agent=NAME} and send back each message with its own
 *       type until the connection ends, however it does;
 *   <li>connect to {@code /updateReports?agent=NAME}, which makes the report and closes.
 * </ol>
 *
 * <p>{@code /getCaseInfo?case=N} and {@code /getCaseStatus?case=N&agent=NAME} send JSON about a case and its verdict. Cases
 * may run at the same time. Not thread-safe while it is set up.
 */
public final class ClientCheck implements AutoCloseable {
    private Duration deadline = Duration.ofSeconds(5);
    private Predicate<CaseInfo> cases = info -> true;
    private Consumer<CaseResult> onResult = result -> {};
    private Consumer<Report> onReport = report -> {};
    private final ClientRun run = new ClientRun();

    /** Listens nowhere yet. */
    public ClientCheck() {}

    /** How long a client may take for what it owes; 5 seconds unless told. After it, it hangs. */
    public ClientCheck deadline(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("the deadline must be longer than nothing but was " + time);
        }
        deadline = time;
        return this;
    }

    /** Which cases to run; all unless told. They are numbered from 1 in the order of the catalogue. */
    public ClientCheck cases(Predicate<CaseInfo> which) {
        cases = which;
        return this;
    }

    /** Called after each case, by one thread at a time. */
    public ClientCheck onResult(Consumer<CaseResult> listener) {
        onResult = listener;
        return this;
    }

    /** Called at each {@code /updateReports}, by one thread at a time. */
    public ClientCheck onReport(Consumer<Report> listener) {
        onReport = listener;
        return this;
    }

    /** How many cases there are for a client. */
    public int size() {
        return (int) Catalogue.cases().stream()
                .filter(info -> info.roles().contains(PeerRole.CLIENT))
                .filter(cases)
                .count();
    }

    /**
     * Begins to listen, and returns.
     *
     * @return where
     * @throws IOException if nobody can listen there
     */
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        return run.listen(address, deadline, cases, onResult, onReport);
    }

    /** Listens no more, and cuts what is connected. */
    @Override
    public void close() {
        run.close();
    }
}
