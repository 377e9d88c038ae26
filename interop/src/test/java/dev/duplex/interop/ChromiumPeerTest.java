package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chromium's own WebSocket against {@code duplex echo}: {@code src/test/resources/peers/chromium.js}. */
@Tag("peer")
@ExtendWith(ChromiumExtension.class)
class ChromiumPeerTest {
    private static final int CHECKS = 14;

    private static String script() throws IOException {
        try (InputStream file = ChromiumPeerTest.class.getResourceAsStream("/peers/chromium.js")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    @ParameterizedTest
    @CsvSource({"ws, on", "ws, off", "ws, dedicated", "wss, on", "wss, off"})
    void everyCheckPasses(String scheme, String deflate, Browser browser) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("echo", "--deflate", deflate));
        if (scheme.equals("wss")) {
            arguments.add("--tls-self-signed");
        }
        try (RunningCommand echo = RunningCommand.start(arguments.toArray(String[]::new))) {
            Page page = browser.open(echo.page("/health"));
            String base = echo.socket("/").toString().replaceFirst("/$", "");
            assertThat(base).startsWith(scheme + ":");
            List<String> lines = page.texts(script() + "(%s, %s)".formatted(Page.quoted(base), !deflate.equals("off")));
            assertThat(lines)
                    .hasSize(CHECKS)
                    .allSatisfy(line -> assertThat(line).startsWith("ok "));
        }
    }
}
