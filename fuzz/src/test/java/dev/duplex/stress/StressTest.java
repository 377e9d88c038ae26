package dev.duplex.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.SpinLoopStyle;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Every test of jcstress for a fraction of a second, in this JVM and as it happens to compile it. {@code scripts/jcstress} runs
 * them for long, in JVMs of their own that compile in every way.
 */
class StressTest {
    private static final int MILLIS = 150;
    private static final int MEGABYTES = 64;

    static Collection<String> tests() {
        return TestList.tests();
    }

    @ParameterizedTest
    @MethodSource("tests")
    void hasNoOutcomeButThoseThatAreNamed(String name) throws Exception {
        TestInfo test = TestList.getInfo(name);
        Runner<?> runner = (Runner<?>) Class.forName(test.generatedRunner())
                .getConstructor(ForkedTestConfig.class)
                .newInstance(configuration(test));
        TestResult result = runner.run();
        assertThat(result.status()).as("%s", result.getMessages()).isEqualTo(Status.NORMAL);
        assertThat(result.getTotalCount()).isPositive();
        List<String> unexpected = result.getStateKeys().stream()
                .filter(outcome -> !isExpected(test, outcome))
                .toList();
        assertThat(unexpected).isEmpty();
    }

    private static boolean isExpected(TestInfo test, String outcome) {
        return test.cases().stream()
                .filter(named -> named.matchPattern().equals(outcome) || outcome.matches(named.matchPattern()))
                .anyMatch(named -> named.expect() != Expect.FORBIDDEN);
    }

    /** In the form in which jcstress hands it to the JVMs that it starts. */
    private static ForkedTestConfig configuration(TestInfo test) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(SpinLoopStyle.THREAD_YIELD.ordinal());
        out.writeInt(MILLIS);
        out.writeInt(1); // iteration
        out.writeUTF(test.generatedRunner());
        out.writeInt(MEGABYTES);
        out.writeInt(256); // states in a stride
        out.writeInt(4); // strides at a time
        out.writeBoolean(false); // no processor of its own for each actor
        out.writeInt(0);
        return new ForkedTestConfig(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
