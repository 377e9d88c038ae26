package dev.duplex.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Threads that send and close, while the event loop takes what they hand over ({@code Handover}, {@code Outbox}). */
public final class ConnectionStress {
    private ConnectionStress() {}

    /** Nothing stays behind, however a sender and the loop meet, and each thread's order is kept. */
    @JCStressTest
    @Outcome(
            id = {"abc", "acb", "cab"},
            expect = ACCEPTABLE)
    @State
    public static class TwoSend {
        private final Connection connection = new Connection();

        @Actor
        public void one() {
            connection.send("a");
            connection.send("b");
        }

        @Actor
        public void otherThenLoop() {
            connection.send("c");
            connection.turn();
        }

        @Arbiter
        public void end(L_Result result) {
            result.r1 = connection.events();
        }
    }

    /** One close frame, and nothing behind it. */
    @JCStressTest
    @Outcome(id = "SENT, aX", expect = ACCEPTABLE)
    @Outcome(id = "CLOSED, X", expect = ACCEPTABLE)
    @Outcome(
            id = "SENT, X",
            expect = ACCEPTABLE_INTERESTING,
            desc = "sent before the close, handed over behind it: the message is lost with the connection")
    @State
    public static class SendAndClose {
        private final Connection connection = new Connection();

        @Actor
        public void sender(LL_Result result) {
            result.r1 = connection.send("a");
        }

        @Actor
        public void closerThenLoop() {
            connection.close(1000);
            connection.turn();
        }

        @Arbiter
        public void end(LL_Result result) {
            result.r2 = connection.events();
        }
    }

    /** At most one close frame and one end, whoever closes. */
    @JCStressTest
    @Outcome(
            id = {"X, 1", ", 1"},
            expect = ACCEPTABLE)
    @State
    public static class TwoCloseAndTheConnectionEnds {
        private final Connection connection = new Connection();

        @Actor
        public void one() {
            connection.close(4001);
        }

        @Actor
        public void otherThenLoop() {
            connection.close(4002);
            connection.end();
        }

        @Arbiter
        public void end(LI_Result result) {
            result.r1 = connection.events();
            result.r2 = connection.closed();
        }
    }

    /** There is room for one of two: one gets in, never both and never none. */
    @JCStressTest
    @Outcome(
            id = {"QUEUED, DROPPED", "DROPPED, QUEUED"},
            expect = ACCEPTABLE)
    @State
    public static class RoomForOne {
        private final Connection connection = new Connection(SlowConsumerPolicy.DROP_NEWEST, 100);

        public RoomForOne() {
            connection.fill();
        }

        @Actor
        public void one(LL_Result result) {
            result.r1 = connection.send("a");
        }

        @Actor
        public void other(LL_Result result) {
            result.r2 = connection.send("b");
        }
    }

    /** The same while the loop takes over what was handed to it: it may drop one itself, and then says so. */
    @JCStressTest
    @Outcome(
            id = {"QUEUED DROPPED, 1, 1", "DROPPED QUEUED, 1, 1"},
            expect = ACCEPTABLE)
    @Outcome(
            id = "QUEUED QUEUED, 1, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "the second came when the first had just been taken over; the loop has dropped it")
    @State
    public static class RoomForOneWhileTheLoopTakes {
        private final Connection connection = new Connection(SlowConsumerPolicy.DROP_NEWEST, 100);
        private SendResult first = SendResult.CLOSED;
        private SendResult second = SendResult.CLOSED;

        public RoomForOneWhileTheLoopTakes() {
            connection.fill();
        }

        @Actor
        public void oneThenLoop() {
            first = connection.send("a");
            connection.turn();
        }

        @Actor
        public void other() {
            second = connection.send("b");
        }

        @Arbiter
        public void end(LII_Result result) {
            connection.events();
            result.r1 = first + " " + second;
            result.r2 = (int) connection.bufferedAmount();
            result.r3 = connection.dropped();
        }
    }

    /** Who was told that its message waits is told when nothing waits any more: not before its message has gone. */
    @JCStressTest
    @Outcome(id = "told", expect = ACCEPTABLE)
    @State
    public static class DrainFollows {
        private final Connection connection = new Connection();
        private SendResult first = SendResult.CLOSED;
        private SendResult second = SendResult.CLOSED;

        public DrainFollows() {
            connection.fill();
        }

        @Actor
        public void one() {
            first = connection.send("a");
        }

        @Actor
        public void otherThenLoop() {
            second = connection.send("b");
            connection.empty();
        }

        @Arbiter
        public void end(L_Result result) {
            String events = connection.events();
            boolean told = isTold(first, "a", events) && isTold(second, "b", events);
            result.r1 = told ? "told" : first + " " + second + " " + events;
        }

        private static boolean isTold(SendResult answer, String message, String events) {
            return answer == SendResult.SENT
                    ? events.contains(message)
                    : answer == SendResult.QUEUED && events.matches(".*" + message + ".*!.*");
        }
    }

    /** What a thread has sent is in {@code bufferedAmount} until the network has it, wherever it is in between. */
    @JCStressTest
    @Outcome(id = "4", expect = ACCEPTABLE, desc = "handed over, or about to be written")
    @Outcome(
            id = {"6", "102"},
            expect = ACCEPTABLE,
            desc = "in the channel, with its header, and with what Netty adds")
    @Outcome(
            id = {"8", "10", "106", "108", "112"},
            expect = ACCEPTABLE,
            desc = "it moved while it was counted, and was met at two or three of these places")
    @State
    public static class BufferedAmount {
        private final Connection connection = new Connection();

        public BufferedAmount() {
            connection.takeNothing();
        }

        @Actor
        public void one(J_Result result) {
            connection.send("aaaa");
            result.r1 = connection.bufferedAmount();
        }

        @Actor
        public void loop() {
            connection.turn();
        }
    }

    /** What one thread sends does not hide what another has sent. */
    @JCStressTest
    @Outcome(
            id = {"4", "8"},
            expect = ACCEPTABLE)
    @State
    public static class BufferedAmountOfTwo {
        private final Connection connection = new Connection();

        @Actor
        public void one(J_Result result) {
            connection.send("aaaa");
            result.r1 = connection.bufferedAmount();
        }

        @Actor
        public void other() {
            connection.send("bbbb");
        }
    }
}
