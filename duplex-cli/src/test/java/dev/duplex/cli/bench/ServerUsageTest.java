package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ServerUsageTest {
    @Test
    void readsCpuTimeAndMemoryWhateverAProcessIsCalled() {
        String stat = "4242 (a) name (x) S 1 4242 4242 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 9 0 100 1000 200";
        String status = "Name:\ta) name (x\nVmPeak:\t  900 kB\nVmRSS:\t  800 kB\nThreads:\t9\n";
        assertThat(ServerUsage.parsed(stat, status)).isEqualTo(new ServerUsage(3.0, 800 * 1024));
        assertThat(ServerUsage.parsed(stat, "Name:\tkernel\n").rssBytes()).isZero();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems have no /proc")
    void knowsThisProcess() {
        assertThat(ServerUsage.of(ProcessHandle.current().pid())).hasValueSatisfying(usage -> {
            assertThat(usage.cpuSeconds()).isPositive();
            assertThat(usage.rssBytes()).isGreaterThan(1024 * 1024);
        });
    }

    @Test
    void knowsNothingOfAProcessThatIsNotThere() {
        assertThat(ServerUsage.of(Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void tellsWhatOneMessageCosts() {
        ServerUsage.Course course =
                new ServerUsage.Course(1, new ServerUsage(1, 0), new ServerUsage(2, 0), new ServerUsage(4, 0));
        assertThat(course.cpuSeconds()).isEqualTo(2);
        assertThat(course.cpuMicros(1_000_000)).isEqualTo(2);
        assertThat(course.cpuMicros(0)).isZero();
    }
}
