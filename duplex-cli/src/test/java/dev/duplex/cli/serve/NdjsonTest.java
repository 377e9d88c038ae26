package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program that reads and writes lines of JSON. */
@Timeout(60)
class NdjsonTest {
    private static final FrameOptions NDJSON = new FrameOptions(
            FrameOptions.Frame.ndjson,
            false,
            false,
            FrameOptions.NewlineIn.split,
            FrameOptions.BadUtf8.replace,
            FrameOptions.Type.text,
            1 << 20,
            false);

    /** Wraps each line that it reads into a text message. */
    private static final String MIRROR = "import sys,json\n"
            + "for line in sys.stdin:\n"
            + "    print(json.dumps({'type':'text','data':line.strip()}), flush=True)\n";

    private static Served python(String script) {
        return Served.setup().program("python3", "-c", script).frames(NDJSON).start();
    }

    private static Served shell(String script) {
        return Served.setup().shell(script).frames(NDJSON).start();
    }

    @Test
    void tellsTheProgramWhatItsClientDoes() {
        try (Served served = python(MIRROR);
                RawClient client = served.connect()) {
            String open = client.text();
            assertThat(open)
                    .contains("\"type\":\"open\"")
                    .contains("\"path\":\"/\"")
                    .contains("\"remote\":\"");
            String connection = open.replaceFirst(".*\"conn\":\"([^\"]+)\".*", "$1");
            assertThat(client.sendText("two\nlines").text())
                    .isEqualTo("{\"type\":\"text\",\"conn\":\"" + connection + "\",\"data\":\"two\\nlines\"}");
            client.sendBinary("00ff");
            assertThat(client.text())
                    .isEqualTo("{\"type\":\"binary\",\"conn\":\"" + connection + "\",\"base64\":\"AP8=\"}");
            client.send(0x89, new byte[] {1});
            assertThat(client.frame().firstByte()).isEqualTo(0x8A);
            assertThat(client.text())
                    .isEqualTo("{\"type\":\"ping\",\"conn\":\"" + connection + "\",\"base64\":\"AQ==\"}");
        }
    }

    @Test
    void doesWhatTheProgramSays() {
        try (Served served =
                        shell("printf '%s\\n' '{\"type\":\"text\",\"data\":\"a\\nb\"}'; echo '{\"base64\":\"AP8=\"}';"
                                + " echo '{\"type\":\"ping\",\"base64\":\"AQ==\"}';"
                                + " echo '{\"type\":\"close\",\"code\":4001,\"reason\":\"enough\"}'; cat >/dev/null");
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo("a\nb");
            RawClient.Frame binary = client.frame();
            assertThat(binary.firstByte() + ":" + binary.hex()).isEqualTo(0x82 + ":00ff");
            RawClient.Frame ping = client.frame();
            assertThat(ping.firstByte() + ":" + ping.hex()).isEqualTo(0x89 + ":01");
            assertThat(Served.close(client)).isEqualTo("4001 enough");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hello | is not JSON",
                "[1] | is no JSON object",
                "{\"type\":\"shout\"} | has the type 'shout'",
                "{\"type\":\"text\"} | must have a string in its field data",
                "{\"type\":\"binary\",\"base64\":\"!\"} | has no Base64",
                "{\"type\":\"close\",\"code\":1005} | cannot be sent"
            })
    void saysInTheLogWhatIsWrongWithALine(String line, String said) {
        try (Served served = shell("echo '" + line + "'; cat >/dev/null");
                RawClient client = served.connect()) {
            assertThat(Served.close(client)).isEqualTo("1011 unusable output");
            served.awaitLog(said);
        }
    }

    @Test
    void tellsTheProgramThatItsClientHasLeft(@TempDir Path directory) {
        Path heard = directory.resolve("heard");
        try (Served served = shell("while read -r line; do echo \"$line\" >>" + heard + "; done")) {
            try (RawClient client = served.connect()) {
                client.send(0x88, new byte[] {0x0F, (byte) 0xA2, 'b', 'y', 'e'});
                assertThat(Served.close(client)).isEqualTo("4002");
            }
            Served.await("the close event in " + heard, () -> {
                try {
                    return Files.readString(heard).contains("\"code\":4002,\"reason\":\"bye\"");
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }
}
