package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.WebSocketOptions;
import dev.duplex.conformance.CaseInfo;
import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.Catalogue;
import dev.duplex.conformance.ClientCheck;
import dev.duplex.conformance.Report;
import dev.duplex.conformance.ServerCheck;
import dev.duplex.conformance.Verdict;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;

/** Our server and our client through every case of {@code duplex check}. */
class ConformanceTest {
    private static final int MIB = 1 << 20;

    /** A machine that runs other builds, too, is slow and does not hang. */
    private static final Duration DEADLINE = Duration.ofSeconds(40);

    /** Messages of 4 MiB and more, which take most of the time; {@code duplex check} runs them all. */
    private static final Predicate<CaseInfo> LONG =
            Catalogue.named(List.of("size.*-4m-in-*", "size.*-8m", "size.*-16m"));

    private static final Limits WIDE =
            Limits.DEFAULTS.withMaxMessageBytes(16 * MIB).withMaxBufferedBytes(64 * MIB);

    private static Report check(Limits limits, DeflateOptions compression, Predicate<CaseInfo> cases) throws Exception {
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> session.send(message)))
                .origins(OriginPolicy.sameOrigin())
                .limits(limits)
                .compression(compression)
                .start()) {
            return new ServerCheck(server.uri("/"))
                    .deadline(DEADLINE)
                    .cases(cases)
                    .run();
        }
    }

    private static List<String> others(Report report) {
        return report.results().stream()
                .filter(result -> result.verdict() != Verdict.PASS)
                .map(ConformanceTest::line)
                .limit(20)
                .toList();
    }

    private static String line(CaseResult result) {
        return result.verdict() + " " + result.info().id() + ": " + result.reason();
    }

    @Test
    void theServerPassesEveryCaseStrictly() throws Exception {
        Report report = check(WIDE, DeflateOptions.DEDICATED, LONG.negate());
        assertThat(report.results().size()).isGreaterThan(780);
        assertThat(others(report)).isEmpty();
    }

    @Test
    void theServerAsItComesPassesTheHostileCasesStrictly() throws Exception {
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage(Session::send))
                .start()) {
            Report report = new ServerCheck(server.uri("/"))
                    .deadline(DEADLINE)
                    .hostile()
                    .cases(CaseInfo::isHostile)
                    .run();
            assertThat(report.results()).hasSizeGreaterThan(10);
            assertThat(others(report)).isEmpty();
        }
    }

    @Test
    void hostileCasesRunOnRequestOnly() {
        assertThat(new ServerCheck(URI.create("ws://127.0.0.1:1/"))
                        .cases(CaseInfo::isHostile)
                        .size())
                .isZero();
    }

    @Test
    void theServerAsItComesDiffersDiffersInItsLimitsOnly() throws Exception {
        Report report = check(
                Limits.DEFAULTS,
                DeflateOptions.SHARED,
                Catalogue.named(List.of("deflate", "deflate-offer", "size.text-4m", "size.binary-4m-in-frames-of-64")));
        assertThat(report.results())
                .filteredOn(result -> result.verdict() != Verdict.PASS)
                .isNotEmpty()
                .allSatisfy(result -> {
                    assertThat(result.verdict()).as(line(result)).isEqualTo(Verdict.INFORMATIONAL);
                    assertThat(result.reason()).containsAnyOf("limit of its own", "refer to no message before");
                });
    }

    /** Bytes behind the handshake in the same TLS record were once taken for another record. */
    @Test
    void theServerPassesTheOpeningHandshakeOverTlsToo() throws Exception {
        Tls identity = Tls.selfSigned("127.0.0.1");
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new TrustAll()}, null);
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .tls(identity)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> session.send(message)))
                .start()) {
            Report report = new ServerCheck(server.uri("/"))
                    .tls(trusting)
                    .deadline(DEADLINE)
                    .cases(Catalogue.named(List.of("opening", "close", "ping")))
                    .run();
            assertThat(report.results().size()).isGreaterThan(100);
            assertThat(others(report)).isEmpty();
        }
    }

    @Test
    void theServerWithoutCompressionLacksThatAndNothingElse() throws Exception {
        Report report = check(
                WIDE, DeflateOptions.DISABLED, Catalogue.named(List.of("deflate", "deflate-offer", "reserved-bits")));
        assertThat(report.results())
                .filteredOn(result -> result.verdict() != Verdict.PASS)
                .isNotEmpty()
                .allSatisfy(result -> {
                    assertThat(result.verdict()).as(line(result)).isEqualTo(Verdict.UNIMPLEMENTED);
                    assertThat(result.info().group()).isEqualTo("deflate");
                });
    }

    @Test
    void theClientPassesEveryCaseStrictly() throws Exception {
        List<Report> reports = new CopyOnWriteArrayList<>();
        try (ClientCheck check =
                new ClientCheck().deadline(DEADLINE).cases(LONG.negate()).onReport(reports::add)) {
            InetSocketAddress address = check.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            WebSocketOptions options = WebSocketOptions.builder()
                    .limits(WIDE)
                    .compression(DeflateOptions.DEDICATED)
                    .build();
            new CheckDriver(address, "duplex-client", options).run();
            Report report = reports.get(reports.size() - 1);
            assertThat(report.peer()).isEqualTo("duplex-client");
            assertThat(report.results().size()).isEqualTo(check.size()).isGreaterThan(680);
            assertThat(others(report)).isEmpty();
        }
    }

    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
