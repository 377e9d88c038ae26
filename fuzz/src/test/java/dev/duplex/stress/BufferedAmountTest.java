package dev.duplex.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.SendResult;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The moments in which {@link ConnectionStress.BufferedAmount} has to catch a connection, one by one. */
class BufferedAmountTest {
    private final Connection connection = new Connection();

    @Test
    void countsWhatTheLoopHasTakenOverAndNotWrittenYet() {
        connection.takeNothing();
        assertThat(connection.send("aaaa")).isEqualTo(SendResult.SENT);
        assertThat(connection.bufferedAmount()).as("handed over").isEqualTo(4);
        connection.onLoop(() -> {
            connection.send("b"); // behind what was handed over: both are in the cork, and leave at the end of the turn
            assertThat(CompletableFuture.supplyAsync(connection::bufferedAmount).join())
                    .as("seen by another thread")
                    .isGreaterThanOrEqualTo(4);
        });
        connection.turn();
        assertThat(connection.bufferedAmount()).as("in the channel").isGreaterThanOrEqualTo(5);
    }

    @Test
    void fallsToZeroOnceTheNetworkHasIt() {
        connection.send("aaaa");
        connection.turn();
        assertThat(connection.bufferedAmount()).isZero();
    }

    @Test
    void countsWhatWaitsForThePeerOnce() {
        connection.fill();
        assertThat(connection.send("aaaa")).isEqualTo(SendResult.QUEUED);
        connection.turn();
        assertThat(connection.bufferedAmount()).isEqualTo(4);
        connection.empty();
        assertThat(connection.bufferedAmount()).isZero();
    }
}
