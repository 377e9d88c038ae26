package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cli.RawClient;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.TrustedProxies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AuthenticationTest {
    @TempDir
    private Path directory;

    private Path file(String... lines) throws Exception {
        return Files.write(directory.resolve("file"), List.of(lines));
    }

    private static Served served(Authenticator authenticator) {
        return served(authenticator, Duration.ZERO, 0, TrustedProxies.NONE);
    }

    private static Served served(Authenticator authenticator, Duration total, int perAddress, TrustedProxies proxies) {
        return setup(authenticator, Credentials.NONE, total, perAddress, proxies)
                .start();
    }

    private static Served.Setup setup(
            Authenticator authenticator,
            Credentials credentials,
            Duration total,
            int perAddress,
            TrustedProxies proxies) {
        return Served.setup()
                .shell("echo \"$REMOTE_USER $AUTH_TYPE\"; cat")
                .rules(new Entrance.Rules(
                        authenticator,
                        credentials,
                        List.of(),
                        DeflateOptions.SHARED,
                        perAddress,
                        total,
                        0,
                        true,
                        HttpFields.of("X-Open", "yes"),
                        HttpFields.of("X-Refused", "yes")))
                .server(builder -> builder.trustedProxies(proxies));
    }

    private static String basic(String user, String password) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** What {@code htpasswd} and {@code openssl passwd} have made of the password "secret". */
    @ParameterizedTest
    @ValueSource(strings = {"$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="})
    void readsTheHashesOfHtpasswd(String hash) throws Exception {
        Htpasswd users = Htpasswd.read(file("# users", "anna:" + hash, ""));
        assertThat(users.matches("anna", "secret")).as(hash).isTrue();
        assertThat(users.matches("anna", "Secret")).isFalse();
        assertThat(users.matches("bob", "secret")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"apr1", "5", "6"})
    void readsTheHashesOfOpenssl(String kind) throws Exception {
        Process openssl = new ProcessBuilder("openssl", "passwd", "-" + kind, "sécret").start();
        String hash = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        Htpasswd users = Htpasswd.read(file("anna:" + hash));
        assertThat(users.matches("anna", "sécret")).as(hash).isTrue();
        assertThat(users.matches("anna", "secret")).isFalse();
    }

    @Test
    void readsBcrypt() throws Exception {
        // By crypt(3) of another library.
        Htpasswd users = Htpasswd.read(file(
                "anna:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
                "zoé:$2b$05$abcdefghijklmnopqrstuue73ccPeu6jOIGNYCxh9sGEWx4Cb.zJm"));
        assertThat(users.matches("anna", "secret")).isTrue();
        assertThat(users.matches("anna", "Secret")).isFalse();
        assertThat(users.matches("zoé", "sécret")).isTrue();
        assertThat(users.matches("zoé", "secret")).isFalse();
        assertThat(users.matches("anna", "secret" + "x".repeat(80))).isFalse();
        assertThat(users.matches("nobody", "secret")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anna:secret", "anna", ":$apr1$a$b", "anna:rqXexS6ZhobKA", "anna:$1$a$b"})
    void refusesAFileWithHashesThatAreNone(String line) throws Exception {
        Path file = file("good:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", line);
        assertThatThrownBy(() -> Htpasswd.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("htpasswd -B");
    }

    @Test
    void letsInWhoKnowsThePassword() throws Exception {
        try (Served served = served(new BasicAuthenticator(file("anna:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=")))) {
            try (RawClient nobody = served.connect()) {
                assertThat(nobody.status()).isEqualTo(401);
                assertThat(nobody.head())
                        .contains("WWW-Authenticate: Basic realm=")
                        .contains("X-Refused: yes");
            }
            try (RawClient wrong = served.connect(basic("anna", "wrong"))) {
                assertThat(wrong.status()).isEqualTo(401);
            }
            for (int i = 0; i < 2; i++) { // the second time from memory
                try (RawClient anna = served.connect(basic("anna", "secret"))) {
                    assertThat(anna.status()).isEqualTo(101);
                    assertThat(anna.head()).contains("X-Open: yes");
                    assertThat(anna.text()).isEqualTo("anna Basic");
                }
            }
            served.awaitLog(" user anna");
            assertThat(served.log()).contains("refused 127.0.0.1:").doesNotContain("secret");
        }
    }

    @Test
    void letsInWhoHasAToken() throws Exception {
        Path file = file("0123456789abcdef anna", "fedcba9876543210");
        try (Served served = served(new BearerAuthenticator(file, Credentials.NONE))) {
            try (RawClient anna = served.connect("Authorization: Bearer 0123456789abcdef");
                    RawClient other = served.connect("authorization: bearer fedcba9876543210");
                    RawClient wrong = served.connect("Authorization: Bearer 0123456789abcdeX")) {
                assertThat(anna.text()).isEqualTo("anna Bearer");
                assertThat(other.text()).isEqualTo(" Bearer");
                assertThat(wrong.status()).isEqualTo(401);
                assertThat(wrong.head()).contains("error=\"invalid_token\"");
            }
        }
    }

    @Test
    void takesATokenFromWhereAPageCanPutItIfThatIsWanted() throws Exception {
        Path file = file("0123456789abcdef anna");
        Credentials everywhere = new Credentials(true, true, true);
        Authenticator tokens = new BearerAuthenticator(file, everywhere);
        try (Served served = setup(tokens, everywhere, Duration.ZERO, 0, TrustedProxies.NONE)
                .shell("echo $REMOTE_USER $WS_SUBPROTOCOL $QUERY_STRING $REQUEST_URI; env | grep -c 0123456789abcdef")
                .start()) {
            try (RawClient marked = served.connect("Sec-WebSocket-Protocol: bearer, 0123456789abcdef");
                    RawClient asked = RawClient.open(served.uri().resolve("/?a=b&access%5Ftoken=0123456789abcdef&c"))) {
                assertThat(marked.head())
                        .contains("Sec-WebSocket-Protocol: bearer\r\n")
                        .doesNotContain("0123");
                assertThat(marked.text()).isEqualTo("anna bearer /");
                assertThat(asked.text()).isEqualTo("anna a=b&c /?a=b&c");
                assertThat(List.of(marked.text(), asked.text()))
                        .as("variables that have the token")
                        .containsExactly("0", "0");
            }
            for (String field : List.of(
                    "Sec-WebSocket-Protocol: bearer, 0123456789abcdeX",
                    "Sec-WebSocket-Protocol: bearer",
                    "Sec-WebSocket-Protocol: 0123456789abcdef",
                    "X: y")) {
                try (RawClient wrong = served.connect(field)) {
                    assertThat(wrong.status()).as(field).isEqualTo(401);
                }
            }
        }
        try (Served strict = served(new BearerAuthenticator(file, Credentials.NONE));
                RawClient marked = strict.connect("Sec-WebSocket-Protocol: bearer, 0123456789abcdef");
                RawClient asked = RawClient.open(strict.uri().resolve("/?access_token=0123456789abcdef"))) {
            assertThat(List.of(marked.status(), asked.status()))
                    .as("nowhere but in the field unless it is wanted")
                    .containsExactly(401, 401);
        }
    }

    @Test
    void aTokenIsNoneOfTheSubprotocols() {
        Credentials inProtocol = new Credentials(true, true, false);
        assertThat(agreed(inProtocol, List.of("chat"), "bearer, token, chat")).isEqualTo("chat");
        assertThat(agreed(inProtocol, List.of("any"), "bearer, token, log")).isEqualTo("log");
        assertThat(agreed(inProtocol, List.of("any"), "bearer, token")).isEqualTo("bearer");
        assertThat(agreed(inProtocol, List.of("chat"), "bearer, token")).isEqualTo("bearer");
        assertThat(agreed(inProtocol, List.of("chat"), "bearer, token, log")).isEqualTo("400");
        assertThat(agreed(Credentials.NONE, List.of("any"), "bearer, token")).isEqualTo("bearer");
        assertThat(agreed(Credentials.NONE, List.of("chat"), "bearer, token")).isEqualTo("400");
    }

    /** The subprotocol that is agreed on, or the status of the refusal. */
    private static String agreed(Credentials credentials, List<String> spoken, String offered) {
        Entrance.Rules rules = new Entrance.Rules(
                Authenticator.NONE,
                credentials,
                spoken,
                DeflateOptions.DISABLED,
                0,
                Duration.ZERO,
                0,
                false,
                HttpFields.EMPTY,
                HttpFields.EMPTY);
        try (Served served = Served.setup().rules(rules).start();
                RawClient client = served.connect("Sec-WebSocket-Protocol: " + offered)) {
            return client.status() != 101
                    ? Integer.toString(client.status())
                    : client.head()
                            .lines()
                            .filter(line -> line.startsWith("Sec-WebSocket-Protocol: "))
                            .map(line -> line.substring("Sec-WebSocket-Protocol: ".length()))
                            .findFirst()
                            .orElse("");
        }
    }

    @Test
    void refusesATokenThatCouldBeGuessed() throws Exception {
        Path guessable = file("short");
        assertThatThrownBy(() -> new BearerAuthenticator(guessable, Credentials.NONE))
                .hasMessageContaining("guessed");
    }

    @Test
    void believesAFieldOfATrustedProxyAndOfNobodyElse() {
        try (Served behind =
                        served(new HeaderAuthenticator("X-User"), Duration.ZERO, 0, TrustedProxies.of("127.0.0.1"));
                RawClient anna = behind.connect("X-User: anna", "X-Forwarded-For: 192.0.2.7");
                RawClient nobody = behind.connect("X-Forwarded-For: 192.0.2.7")) {
            assertThat(anna.text()).isEqualTo("anna Proxy");
            assertThat(nobody.status()).isEqualTo(403);
        }
        try (Served open =
                        served(new HeaderAuthenticator("X-User"), Duration.ZERO, 0, TrustedProxies.of("10.0.0.0/8"));
                RawClient forged = open.connect("X-User: anna", "X-Forwarded-For: 10.0.0.1")) {
            assertThat(forged.status()).isEqualTo(403);
        }
    }

    @Test
    void asksAProgram() {
        try (Served helper = Served.program("cat")) {
            Authenticator authenticator = asking(
                    helper,
                    "case $Q in user=*) echo ${Q#user=};; hang) sleep 1000;; *) exit 1;; esac",
                    10,
                    Duration.ofSeconds(5));
            try (Served served = served(authenticator);
                    RawClient anna = RawClient.open(served.server().uri("/?user=anna"));
                    RawClient nobody = RawClient.open(served.server().uri("/?x"));
                    RawClient late = RawClient.open(served.server().uri("/?hang"))) {
                assertThat(anna.text()).isEqualTo("anna Program");
                assertThat(nobody.status()).isEqualTo(403);
                assertThat(late.status()).isEqualTo(500);
            }
            Served.await(
                    "no program of the authentication is left",
                    () -> helper.launcher().running() == 0);
        }
    }

    /** Asks a script, which finds the query in Q. */
    private static Authenticator asking(Served helper, String script, int most, Duration timeout) {
        return new ProgramAuthenticator(
                helper.launcher(),
                request -> new Program(
                        List.of("/bin/sh", "-c", script),
                        Map.of("Q", request.query().toString(), "PATH", "/bin:/usr/bin"),
                        Optional.empty(),
                        Program.Errors.log),
                most,
                timeout,
                new ServeLog(new java.io.PrintWriter(java.io.Writer.nullWriter()), java.time.Clock.systemUTC()));
    }

    /** A script that decides once the file is there. */
    private String patient() {
        return "while [ ! -e " + directory.resolve("decide") + " ]; do sleep 0.01; done; echo anna";
    }

    private void decide() throws Exception {
        Files.createFile(directory.resolve("decide"));
    }

    @Test
    void asksNoMoreProgramsAtATimeThanThereMayBe() throws Exception {
        try (Served helper = Served.program("cat");
                Served served = served(asking(helper, patient(), 2, Duration.ofSeconds(60)))) {
            CompletableFuture<RawClient> one = CompletableFuture.supplyAsync(served::connect);
            CompletableFuture<RawClient> two = CompletableFuture.supplyAsync(served::connect);
            Served.await("two are asked", () -> helper.launcher().running() == 2);
            try (RawClient three = served.connect()) {
                assertThat(three.status()).isEqualTo(503);
                assertThat(three.head()).contains("Retry-After: ");
            }
            assertThat(helper.launcher().running()).isEqualTo(2);
            decide();
            for (CompletableFuture<RawClient> client : List.of(one, two)) {
                try (RawClient anna = client.get(60, TimeUnit.SECONDS)) {
                    assertThat(anna.text()).isEqualTo("anna Program");
                }
            }
            try (RawClient later = served.connect()) {
                assertThat(later.status()).as("there is room again").isEqualTo(101);
            }
        }
    }

    @Test
    void countsAClientAtItsAddressBeforeItIsJudged() throws Exception {
        try (Served helper = Served.program("cat");
                Served served = served(
                        asking(helper, patient(), 10, Duration.ofSeconds(60)), Duration.ZERO, 1, TrustedProxies.NONE)) {
            CompletableFuture<RawClient> one = CompletableFuture.supplyAsync(served::connect);
            Served.await("one is judged", () -> helper.launcher().running() == 1);
            try (RawClient two = served.connect()) {
                assertThat(two.status()).isEqualTo(429);
            }
            decide();
            try (RawClient anna = one.get(60, TimeUnit.SECONDS)) {
                assertThat(anna.text()).isEqualTo("anna Program");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 1", "sleep 1000"})
    void countsNobodyWhoMayNotComeIn(String script) {
        try (Served helper = Served.program("cat");
                Served served = served(
                        asking(helper, script, 10, Duration.ofMillis(100)), Duration.ZERO, 1, TrustedProxies.NONE)) {
            for (int i = 0; i < 3; i++) {
                try (RawClient refused = served.connect()) {
                    assertThat(refused.status()).isIn(403, 500);
                }
            }
        }
    }

    /** Of the same launcher, where there is one place: first for the program that is asked, then for the client's own. */
    @Test
    void leavesThePlaceOfTheProgramThatWasAskedToThatOfTheClient() {
        AtomicReference<Authenticator> later = new AtomicReference<>();
        try (Served served = setup(
                        request -> later.get().judge(request), Credentials.NONE, Duration.ZERO, 0, TrustedProxies.NONE)
                .maxProcesses(1)
                .start()) {
            later.set(asking(served, "echo anna; sleep 1000 &", 1, Duration.ofSeconds(60)));
            try (RawClient anna = served.connect();
                    RawClient bob = served.connect()) {
                assertThat(anna.text()).isEqualTo("anna Program");
                assertThat(bob.status())
                        .as("its program is the one there may be")
                        .isEqualTo(503);
            }
        }
    }

    @Test
    void boundsTheTimeOfASession() {
        try (Served served = served(Authenticator.NONE, Duration.ofSeconds(5), 0, TrustedProxies.NONE);
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo(" ");
            assertThat(Served.close(client)).isEqualTo("1001 the time of a session is over");
        }
    }

    @Test
    void boundsTheConnectionsOfOneAddress() {
        try (Served served = served(Authenticator.NONE, Duration.ZERO, 2, TrustedProxies.NONE)) {
            try (RawClient one = served.connect();
                    RawClient two = served.connect();
                    RawClient three = served.connect()) {
                assertThat(one.status()).isEqualTo(101);
                assertThat(two.status()).isEqualTo(101);
                assertThat(three.status()).isEqualTo(429);
            }
            Served.await("nobody is there", () -> served.counted().contains("duplex_connections 0"));
            try (RawClient again = served.connect()) {
                assertThat(again.status()).isEqualTo(101);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic", "basic:", "digest:x", "header:X-User", "basic:/nowhere", "bearer:/nowhere"})
    void saysWhatIsWrongWithTheOption(String text) {
        assertThatThrownBy(() -> Authentication.parse(text, Credentials.NONE, false, command -> {
                    throw new AssertionError();
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".*(expected basic:FILE|needs --trust-proxy|cannot be read).*");
    }
}
