package dev.duplex.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.core.handshake.ClientHandshake;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The URL of a client, as text in UTF-8: behind a newline it is relative to what stands before it. */
class UrlFuzzTest {

    @FuzzTest
    void aUrlIsRefusedOrUsable(byte[] input) throws Exception {
        String text = new String(input, StandardCharsets.UTF_8);
        int newline = text.indexOf('\n');
        UrlRecord base = newline < 0 ? null : parsed(text.substring(0, newline), null);
        UrlRecord url = parsed(text.substring(newline + 1), base);
        if (url == null || !List.of("ws", "wss", "http", "https").contains(url.scheme())) {
            return;
        }
        assertThat(url.host()).isNotEmpty().matches("[\\x21-\\x7e]+");
        assertThat(url.host()).as("lower case").doesNotContainPattern("[A-Z]");
        assertThat(url.port()).isBetween(0, 65535);
        assertThat(url.target()).matches("/[\\x21-\\x7e&&[^#]]*");
        assertThat(url.path()).doesNotContain("?");
        assertThat((url.path() + "/").toLowerCase(java.util.Locale.ROOT).replace("%2e", "."))
                .doesNotContain("/./", "/../");

        // "URL serializer": what it writes is parsed as the same URL.
        assertThat(UrlRecord.parse(url.toString(), null)).hasToString(url.toString());

        // What parses can be asked for.
        String head = ClientHandshake.builder(url.host(), Math.max(1, url.port()), url.isSecure())
                .target(url.target())
                .build(new byte[16])
                .request()
                .head();
        assertThat(head).startsWith("GET " + url.target() + " HTTP/1.1\r\n");
    }

    private static @Nullable UrlRecord parsed(String text, @Nullable UrlRecord base) {
        try {
            return UrlRecord.parse(text, base);
        } catch (UrlRecord.InvalidUrlException refused) {
            assertThat(refused).message().isNotBlank();
            return null;
        }
    }
}
