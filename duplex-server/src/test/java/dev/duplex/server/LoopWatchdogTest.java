package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The warning about handlers that hold an event loop, read from the log of the tests. */
class LoopWatchdogTest {
    /** Where simplelogger.properties sends the log. */
    private static final Path LOG = Path.of("target/test.log");

    private static boolean logHas(String text) {
        try {
            return Files.exists(LOG) && Files.readString(LOG).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void blockUntil(CountDownLatch warned) {
        try {
            assertThat(warned.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void namesTheHandlerThatHoldsALoopAndWhatToCallInstead() throws Exception {
        CountDownLatch warned = new CountDownLatch(1);
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                // A handler of the same loop that is called within this one changes nothing.
                session.publish("t", "within");
                blockUntil(warned);
                super.onMessage(session, message);
            }
        };
        String path = "/held-" + System.nanoTime();
        try (WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .eventLoops(1)
                        .webSocket(path, journal)
                        .start();
                RawClient client = RawClient.open(server, path)) {
            client.text("x");
            Await.until("the warning", () -> logHas("The handler of " + path + " has held its event loop"));
            warned.countDown();
            assertThat(journal.next()).isEqualTo("x");
            String log = Files.readString(LOG);
            String warning = log.substring(log.indexOf("The handler of " + path));
            assertThat(warning)
                    .contains("Route.blocking()")
                    .contains("LoopWatchdogTest.blockUntil(LoopWatchdogTest.java:");
            client.close(1000);
            assertThat(journal.closed().wasClean()).isTrue();
        }
    }

    @Test
    void watchesUpgradeHooksAndHttpHandlersToo() throws Exception {
        CountDownLatch hook = new CountDownLatch(1);
        CountDownLatch http = new CountDownLatch(1);
        String path = "/held-" + System.nanoTime();
        try (WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .eventLoops(1)
                        .webSocket(path, Route.to(new Journal()).onUpgrade(request -> {
                            blockUntil(hook);
                            return UpgradeResponse.reject(403, "no");
                        }))
                        .http(path + "/http", HttpHandler.of(request -> {
                            blockUntil(http);
                            return HttpResponse.text(200, "late");
                        }))
                        .start();
                RawClient one = RawClient.connect(server);
                RawClient two = RawClient.connect(server)) {
            one.send(RawClient.handshake(path));
            Await.until("the warning", () -> logHas("The handler of " + path + " has held"));
            hook.countDown();
            assertThat(one.response().status()).isEqualTo(403);
            two.send(RawClient.get(path + "/http"));
            Await.until("the warning", () -> logHas("The handler of " + path + "/http has held"));
            http.countDown();
            assertThat(two.response().body()).isEqualTo("late");
        }
    }
}
