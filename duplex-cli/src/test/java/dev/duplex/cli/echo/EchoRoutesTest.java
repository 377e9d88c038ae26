package dev.duplex.cli.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duplex.cli.RawClient;
import dev.duplex.server.WebSocketServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every endpoint over a real connection. */
class EchoRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static EchoRoutes routes;
    private static WebSocketServer server;

    @BeforeAll
    static void start() {
        routes = new EchoRoutes();
        WebSocketServer.Builder builder = WebSocketServer.builder().port(0);
        routes.addTo(builder, Optional.empty());
        server = builder.start();
    }

    @AfterAll
    static void stop() {
        server.close();
        routes.close();
    }

    private static RawClient open(String target, String... fields) {
        return RawClient.open(server.uri(target), fields);
    }

    private static HttpResponse<String> http(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(String target) {
        return HttpRequest.newBuilder(server.httpUri(target));
    }

    // ------------------------------------------------------------------------------------------------ sending back

    @Test
    void echoesTextAsTextAndBinaryAsBinary() {
        try (RawClient client = open("/echo")) {
            assertThat(client.sendText("Grüße 世界").text()).isEqualTo("Grüße 世界");
            RawClient.Frame frame = client.sendBinary("00ff7f").frame();
            assertThat(frame.firstByte()).isEqualTo(0x82);
            assertThat(frame.hex()).isEqualTo("00ff7f");
        }
    }

    @Test
    void echoesAtTheRootWithTheSubprotocolOfTheTutorial() {
        try (RawClient client = open("/", "Sec-WebSocket-Protocol: echo-protocol")) {
            assertThat(client.head()).containsIgnoringCase("sec-websocket-protocol: echo-protocol\r\n");
            assertThat(client.sendText("12345").text()).isEqualTo("12345");
        }
    }

    @Test
    void takesTheFirstSubprotocolThatIsOffered() {
        try (RawClient client = open("/echo", "Sec-WebSocket-Protocol: one, two")) {
            assertThat(client.head()).containsIgnoringCase("sec-websocket-protocol: one\r\n");
        }
    }

    @Test
    void reversesTextByCharactersAndBinaryByBytes() {
        try (RawClient client = open("/reverse")) {
            assertThat(client.sendText("ab👋").text()).isEqualTo("👋ba");
            assertThat(client.sendBinary("010203").frame().hex()).isEqualTo("030201");
        }
    }

    @Test
    void countsMessagesAndBytes() {
        try (RawClient client = open("/count")) {
            assertThat(client.sendText("abc").text()).isEqualTo("{\"messages\":1,\"bytes\":3}");
            assertThat(client.sendBinary("00ff").text()).isEqualTo("{\"messages\":2,\"bytes\":5}");
        }
    }

    @Test
    void delaysWithoutChangingTheOrder() {
        try (RawClient client = open("/delay?ms=20")) {
            client.sendText("first").sendText("second").sendBinary("03");
            assertThat(client.text()).isEqualTo("first");
            assertThat(client.text()).isEqualTo("second");
            assertThat(client.frame().hex()).isEqualTo("03");
        }
    }

    @Test
    void delaysMoreThanItHoldsByReadingLater() {
        try (RawClient client = open("/delay?ms=5")) {
            for (int i = 0; i < 3000; i++) {
                client.sendText(Integer.toString(i));
            }
            for (int i = 0; i < 3000; i++) {
                assertThat(client.text()).isEqualTo(Integer.toString(i));
            }
        }
    }

    @Test
    void isSlowButInOrder() {
        try (RawClient client = open("/slow?ms=1")) {
            client.sendText("first").sendText("second").sendText("third");
            assertThat(client.text()).isEqualTo("first");
            assertThat(client.text()).isEqualTo("second");
            assertThat(client.text()).isEqualTo("third");
        }
    }

    // ------------------------------------------------------------------------------------------------- to everybody

    @Test
    void broadcastsToEverybodyTheSenderIncluded() {
        try (RawClient one = open("/broadcast");
                RawClient other = open("/broadcast")) {
            one.sendText("hello");
            assertThat(one.text()).isEqualTo("hello");
            assertThat(other.text()).isEqualTo("hello");
            other.sendBinary("0102");
            assertThat(one.frame().hex()).isEqualTo("0102");
        }
    }

    @Test
    void keepsRoomsApart() {
        try (RawClient tea = open("/room/tea");
                RawClient alsoTea = open("/room/tea");
                RawClient coffee = open("/room/coffee")) {
            tea.sendText("green");
            coffee.sendText("black");
            assertThat(tea.text()).isEqualTo("green");
            assertThat(alsoTea.text()).isEqualTo("green");
            assertThat(coffee.text()).isEqualTo("black");
        }
    }

    // --------------------------------------------------------------------------------------------------- of its own

    @Test
    void tellsTheTimeAgainAndAgain() {
        try (RawClient client = open("/time?every=10ms")) {
            Instant first = Instant.parse(client.text());
            assertThat(Instant.parse(client.text())).isAfter(first);
        }
    }

    @Test
    void floodsWithNumberedMessagesOfTheSizeAskedFor() {
        try (RawClient client = open("/flood?n=5000&size=1000")) {
            for (int i = 1; i <= 5000; i++) {
                String text = client.text();
                assertThat(text).hasSize(1000).startsWith(i + ".");
            }
            assertThat(client.sendText("over").text()).isEqualTo("over");
        }
    }

    @Test
    void sendsTheHeaderFieldsOfTheRequest() throws Exception {
        try (RawClient client = open("/headers?a=1", "X-Colour: blue", "X-Colour: green")) {
            JsonNode json = JSON.readTree(client.text());
            assertThat(json.at("/method").textValue()).isEqualTo("GET");
            assertThat(json.at("/query/a").textValue()).isEqualTo("1");
            assertThat(json.at("/headers/Upgrade").textValue()).isEqualTo("websocket");
            assertThat(json.at("/headers/X-Colour")).hasToString("[\"blue\",\"green\"]");
        }
    }

    // ------------------------------------------------------------------------------------------------------- ending

    @Test
    void closesWithTheCodeAndReasonAskedFor() {
        try (RawClient client = open("/close?code=4001&reason=b%C3%BCe")) {
            RawClient.Frame frame = client.frame();
            assertThat(frame.firstByte()).isEqualTo(0x88);
            assertThat(frame.hex()).isEqualTo("0fa1" + "62c3bc65");
        }
    }

    @Test
    void echoesUntilItCloses() {
        try (RawClient client = open("/close?after=1h")) {
            assertThat(client.sendText("still here").text()).isEqualTo("still here");
        }
    }

    @Test
    void dropsTheConnectionWithoutACloseFrame() throws Exception {
        try (RawClient client = open("/drop")) {
            assertThat(client.status()).isEqualTo(101);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 403, 404, 418, 500, 503, 599})
    void refusesWithTheStatusAskedFor(int status) {
        try (RawClient client = open("/reject?status=" + status)) {
            assertThat(client.status()).isEqualTo(status);
        }
    }

    @Test
    void refusesWith401AndAChallenge() {
        try (RawClient client = open("/reject?status=401")) {
            assertThat(client.head()).containsIgnoringCase("www-authenticate: Bearer");
        }
    }

    // -------------------------------------------------------------------------------------------------- broken frames

    @ParameterizedTest
    @CsvSource({
        "rsv1, c105 68656c6c6f",
        "opcode, 8305 68656c6c6f",
        "masked, 8185 37fa213d 5f9f4d5158",
        "unfinished-close, 8801 03",
        "utf8, 8103 fffefd",
        "length, 827f 8000000000000005 68656c6c6f",
        "fragmented-ping, 0905 68656c6c6f",
        "continuation, 8005 68656c6c6f"
    })
    void sendsTheBrokenFrameAskedFor(String kind, String frame) {
        String hex = frame.replace(" ", "");
        try (RawClient client = open("/badframe?kind=" + kind, "Sec-WebSocket-Extensions: permessage-deflate")) {
            assertThat(client.head()).doesNotContainIgnoringCase("sec-websocket-extensions");
            assertThat(client.hex(hex.length() / 2)).isEqualTo(hex);
            assertThat(client.sendText("I did not notice").text()).isEqualTo("I did not notice");
        }
    }

    // ------------------------------------------------------------------------------------------------- bad parameters

    @ParameterizedTest
    @CsvSource({
        "/time?every=0, every",
        "/time?every=2h, every",
        "/time?every=soon, every",
        "/close?code=1005, close code",
        "/close?code=999, close code",
        "/close?code=x, code",
        "/close?after=2h, after",
        "/drop?after=-1, after",
        "/delay?ms=60001, ms",
        "/delay?ms=-1, ms",
        "/slow?ms=0, ms",
        "/flood?n=1000001, n",
        "/flood?size=1048577, size",
        "/flood?n=1000000&size=1048576, n times size",
        "/reject?status=200, status",
        "/reject?status=600, status",
        "/badframe?kind=worse, kind"
    })
    void refusesBadParametersWith400AndASentence(String target, String named) throws Exception {
        try (RawClient client = open(target)) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.body()).contains(named).endsWith("\n");
        }
    }

    @Test
    void refusesAReasonThatDoesNotFitIntoACloseFrame() throws Exception {
        try (RawClient client = open("/close?reason=" + "x".repeat(124))) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.body()).contains("123 bytes");
        }
    }

    @Test
    void refusesARoomWithALongName() {
        try (RawClient client = open("/room/" + "x".repeat(65))) {
            assertThat(client.status()).isEqualTo(400);
        }
    }

    // ------------------------------------------------------------------------------------------------------ plain HTTP

    @Test
    void answersPlainHttpWithTheRequest() throws Exception {
        HttpResponse<String> response = http(
                to("/any/where?a=1&a=2&b=%E4%B8%96").header("X-Colour", "blue").POST(BodyPublishers.ofString("Grüße")));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode json = JSON.readTree(response.body());
        assertThat(json.at("/method").textValue()).isEqualTo("POST");
        assertThat(json.at("/path").textValue()).isEqualTo("/any/where");
        assertThat(json.at("/query")).hasToString("{\"a\":[\"1\",\"2\"],\"b\":\"世\"}");
        assertThat(json.at("/headers/X-Colour").textValue()).isEqualTo("blue");
        assertThat(json.at("/body").textValue()).isEqualTo("Grüße");
        assertThat(json.at("/remoteAddress").textValue()).matches("127\\.0\\.0\\.1:[0-9]+");
    }

    @Test
    void answersABodyThatIsNoTextInBase64() throws Exception {
        HttpResponse<String> response = http(to("/x").POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xff, 0, 1})));
        JsonNode json = JSON.readTree(response.body());
        assertThat(json.at("/bodyBase64").textValue()).isEqualTo("/wAB");
        assertThat(json.has("body")).isFalse();
    }

    @Test
    void answersPlainHttpToAnEndpointWith426() throws Exception {
        assertThat(http(to("/echo").GET()).statusCode()).isEqualTo(426);
    }

    @Test
    void cutsTheNumberOfAFloodMessageThatIsTooShortForIt() {
        assertThat(Flood.message(12_345, 3)).isEqualTo("123");
        assertThat(Flood.message(7, 3)).isEqualTo("7..");
        assertThat(Flood.message(7, 0).getBytes(UTF_8)).isEmpty();
    }
}
