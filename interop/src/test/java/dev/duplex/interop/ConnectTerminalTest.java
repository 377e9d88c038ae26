package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code duplex connect} between a keyboard and a screen: in a real terminal, that of tmux. */
class ConnectTerminalTest {
    private static RunningCommand echo;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startTheServer() {
        echo = RunningCommand.start("echo");
    }

    @AfterAll
    static void stopTheServer() {
        echo.close();
    }

    private Tmux connect(String path) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new Tmux(
                        folder,
                        80,
                        24,
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.duplex.cli.Main",
                        "connect",
                        echo.socket(path).toString())
                .await("a prompt", ConnectTerminalTest::hasPrompt);
    }

    private static boolean hasPrompt(List<String> screen) {
        return screen.stream().anyMatch(line -> line.equals(">"))
                && screen.toString().contains("* connected to");
    }

    @Test
    void aLineThatIsTypedIsSentAndTheReplyShownAboveTheNext() {
        try (Tmux terminal = connect("/echo")) {
            terminal.type("hello 你好 😀").await("> hello 你好 😀").press("Enter").await("< hello 你好 😀");
            terminal.await("a new prompt", ConnectTerminalTest::hasPrompt);
            terminal.press("C-d").await("exit code 0");
        }
    }

    @Test
    void whatComesDoesNotTearTheLineThatIsTyped() {
        try (Tmux terminal = connect("/time?every=50ms")) {
            terminal.type("typed 你好 ").type("while 😀 ").type("it comes");
            terminal.await("the whole line, last", ConnectTerminalTest::endsWithTheLine);
            // "> ", 9 + 5 columns of the first word, 9 of the second, 8 of the last.
            String behind = Integer.toString(2 + 11 + 9 + 8);
            Daemon.await(
                    "the cursor behind the line",
                    () -> terminal.asked("#{cursor_x}").equals(behind));
            terminal.resize(60, 12).await("the whole line, last", ConnectTerminalTest::endsWithTheLine);
            terminal.resize(100, 30).await("the whole line, last", ConnectTerminalTest::endsWithTheLine);
            terminal.press("C-c", "C-c").await("exit code 130");
        }
    }

    private static boolean endsWithTheLine(List<String> screen) {
        List<String> written = screen.stream().filter(line -> !line.isEmpty()).toList();
        return written.size() > 3
                && written.get(written.size() - 1).equals("> typed 你好 while 😀 it comes")
                && written.stream().filter(line -> line.contains("typed")).count() == 1;
    }

    @Test
    void aPasteOfManyLinesIsOneMessage() {
        try (Tmux terminal = connect("/echo")) {
            terminal.paste("first\nsecond " + "x".repeat(5000) + "\nthird").press("Enter");
            terminal.await("< first").type("/stats").press("Enter").await("received 1 message, 4.9 KiB");
            terminal.press("C-d").await("exit code 0");
        }
    }

    @Test
    void whatAPeerSendsCannotPlayWithTheTerminal() throws IOException {
        try (Tmux terminal = connect("/echo")) {
            String title = terminal.asked("#{pane_title}");
            Path file = Files.writeString(
                    folder.resolve("evil"), "\u001b]2;stolen\u0007\u001b[2J\u001b[31mred\u009b41m\r!");
            terminal.type("/file " + file).press("Enter").await("< \\e]2;stolen\\x07\\e[2J\\e[31mred\\x9b41m\\r!");
            assertThat(terminal.asked("#{pane_title}")).isEqualTo(title);
            terminal.await("* connected to").press("C-d").await("exit code 0");
        }
    }

    @Test
    void theEndIsToldAndSoIsWhatWasNotSent() {
        try (Tmux terminal = connect("/close?code=4001&reason=bye&after=3")) {
            terminal.type("half a line").await("closed by the server with 4001 (an application's own code");
            terminal.await("half a line").await("exit code 7");
        }
    }

    @Test
    void theHistoryComesBackWithTheUpKey() {
        try (Tmux terminal = connect("/echo")) {
            terminal.type("remember me")
                    .press("Enter")
                    .await("< remember me")
                    .press("C-d")
                    .await("exit code 0");
        }
        try (Tmux terminal = connect("/echo")) {
            terminal.press("Up").await("> remember me").press("Enter").await("< remember me");
            terminal.press("C-d").await("exit code 0");
        }
    }
}
