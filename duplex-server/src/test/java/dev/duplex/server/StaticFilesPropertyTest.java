package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class StaticFilesPropertyTest {
    private final StaticFiles classes = StaticFiles.resources(StaticFilesTest.class, "dev/duplex/server/internal");

    @Property
    void answersNothingUnforeseen(@ForAll("targets") String target) {
        try {
            HttpRequest request = HttpRequest.builder("GET", target).build();
            HttpResponse response =
                    classes.handle(request).toCompletableFuture().join();
            assertThat(response.status()).isIn(200, 302, 404);
            if (response.body() instanceof HttpResponse.File file) {
                assertThat(file.path().toString()).contains("dev/duplex/server/internal/");
            }
        } catch (BadRequestException e) {
            assertThat(e.getMessage()).startsWith("expected");
        }
    }

    @Provide
    Arbitrary<String> targets() {
        return Arbitraries.of(
                        "/",
                        "..",
                        ".",
                        "%2e",
                        "%2f",
                        "%5c",
                        "\\",
                        "Text.class",
                        "internal",
                        "%00",
                        "%",
                        "?",
                        ":",
                        "server",
                        "%252f",
                        ";",
                        "~",
                        "index.html")
                .list()
                .ofMaxSize(8)
                .map(parts -> "/" + String.join("", parts));
    }
}
