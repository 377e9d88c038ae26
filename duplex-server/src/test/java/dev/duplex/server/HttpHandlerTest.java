package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HttpHandlerTest {
    private final HttpRequest request = HttpRequest.builder("GET", "/a?n=5").build();

    @Test
    void answersAtOnceWithAFunction() {
        HttpHandler handler = HttpHandler.of(asked -> HttpResponse.text(200, asked.path()));

        assertThat(handler.handle(request).toCompletableFuture().getNow(HttpResponse.status(500)))
                .hasToString("200 [Content-Type] 2 bytes");
    }

    @Test
    void answersLaterOnAnExecutor() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        HttpHandler handler = HttpHandler.on(tasks::add, asked -> HttpResponse.status(204));
        CompletableFuture<HttpResponse> answer = handler.handle(request).toCompletableFuture();

        assertThat(answer).isNotDone();
        tasks.remove().run();
        assertThat(answer).isCompletedWithValueMatching(response -> response.status() == 204);
    }

    @Test
    void letsTheServerSeeWhatWasThrown() {
        HttpHandler handler = HttpHandler.of(
                asked -> HttpResponse.text(200, "" + asked.query().integer("n", 0, 0, 4)));
        HttpHandler later = HttpHandler.on(
                Runnable::run,
                asked -> HttpResponse.text(200, "" + asked.query().integer("n", 0, 0, 4)));

        assertThatThrownBy(() -> handler.handle(request)).isInstanceOf(BadRequestException.class);
        assertThat(later.handle(request).toCompletableFuture())
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(BadRequestException.class);
    }
}
