package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One program for several clients. */
@Timeout(60)
class SharedProgramTest {
    private static SharedOptions options(boolean tagged, SharedOptions.Restart restart, int replay) {
        return new SharedOptions(tagged, restart, replay);
    }

    @Test
    void sendsEverythingToEverybody() {
        try (Served served = Served.setup()
                        .shared(options(false, SharedOptions.Restart.never, 0), "cat")
                        .start();
                RawClient one = served.connect();
                RawClient two = served.connect()) {
            // Each has come in for sure once it gets what it says itself.
            assertThat(one.sendText("from one").text()).isEqualTo("from one");
            two.sendText("from two");
            assertThat(one.text()).isEqualTo("from two");
            String first = two.text();
            assertThat(first.equals("from one") ? two.text() : first).isEqualTo("from two");
            assertThat(served.launcher().running()).isEqualTo(1);
        }
    }

    @Test
    void namesWhoSpeaksAndWhoIsMeantIfThatIsWanted() {
        String script =
                "while read -r who what; do case $what in all*) echo \"* $what\";; *) echo \"$who you said $what\";;"
                        + " esac; done";
        try (Served served = Served.setup()
                        .shared(options(true, SharedOptions.Restart.never, 0), script)
                        .start();
                RawClient one = served.connect();
                RawClient two = served.connect()) {
            assertThat(two.sendText("b").text()).isEqualTo("you said b");
            assertThat(one.sendText("a").text()).isEqualTo("you said a");
            one.sendText("all of us");
            assertThat(one.text()).isEqualTo("all of us");
            assertThat(two.text()).isEqualTo("all of us");
        }
    }

    @Test
    void givesNewcomersTheLastMessages() {
        try (Served served = Served.setup()
                .shared(options(false, SharedOptions.Restart.never, 2), "seq 1 5; cat")
                .start()) {
            try (RawClient first = served.connect()) {
                first.sendText("6");
                while (!first.text().equals("6")) {
                    continue;
                }
            }
            try (RawClient newcomer = served.connect()) {
                assertThat(newcomer.text()).isEqualTo("5");
                assertThat(newcomer.text()).isEqualTo("6");
            }
        }
    }

    @Test
    void startsAFailedProgramAgainAndKeepsItsClients() {
        try (Served served = Served.setup()
                        .shared(options(false, SharedOptions.Restart.onFailure, 1), "echo $$; read -r line; exit 3")
                        .start();
                RawClient client = served.connect()) {
            String first = client.text();
            client.sendText("die");
            String second = client.text();
            assertThat(second).matches("[0-9]+").isNotEqualTo(first);
            served.awaitLog("shared program ended: exit 3");
            assertThat(served.log()).contains("starts again in 100 ms");
        }
    }

    @Test
    void closesItsClientsWhenItEndsForGood() {
        try (Served served = Served.setup()
                .shared(options(false, SharedOptions.Restart.onFailure, 0), "read -r line; echo bye")
                .start()) {
            try (RawClient client = served.connect()) {
                assertThat(client.sendText("end").text()).isEqualTo("bye");
                assertThat(Served.close(client)).isEqualTo("1000");
            }
            try (RawClient late = served.connect()) {
                assertThat(late.status()).isEqualTo(503);
            }
        }
    }
}
