package dev.duplex.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The tests of {@code scripts/bench} are in Python, as it is; the build runs them from here. */
class BenchTest {

    @Test
    void theTestsOfTheCommandPass() throws IOException, InterruptedException {
        Process tests = start("python3", "-B", "-m", "unittest", "discover", "-s", ".", "-t", ".");
        String output = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tests.waitFor()).as(output).isZero();
        assertThat(output).containsPattern("Ran [1-9][0-9]* tests");
    }

    private static Process start(String... command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            if ("1".equals(System.getenv("DUPLEX_REQUIRE_PEERS"))) {
                throw e;
            }
            return abort("python3 was not found; install Python 3 to run this test");
        }
    }
}
