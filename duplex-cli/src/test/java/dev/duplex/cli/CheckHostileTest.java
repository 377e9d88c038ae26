package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CheckHostileTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void forget() {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
    }

    private int run(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @Test
    void listsTheHostileCasesOnRequestOnly() {
        assertThat(run("check", "--list")).isZero();
        assertThat(out.toString()).contains("ping.").doesNotContain("hostile.");
        forget();
        assertThat(run("check", "--list", "--hostile", "--only", "hostile")).isZero();
        assertThat(out.toString().lines()).hasSizeGreaterThan(10).allMatch(line -> line.startsWith("hostile."));
    }

    @Test
    void attacksNoOtherMachineUnlessItsNameIsGiven() {
        // RFC 5737: an address of nobody's.
        assertThat(run("check", "ws://192.0.2.1:9/", "--hostile")).isEqualTo(2);
        assertThat(err.toString()).contains("--confirm 192.0.2.1");
        forget();
        assertThat(run("check", "ws://192.0.2.1:9/", "--hostile", "--confirm", "192.0.2.2"))
                .isEqualTo(2);
    }
}
