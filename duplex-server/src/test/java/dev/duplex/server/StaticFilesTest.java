package dev.duplex.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.handshake.HttpFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StaticFilesTest {
    private static final Instant CHANGED = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    Path temp;

    private StaticFiles files;

    @BeforeEach
    void writeFiles() throws IOException {
        write("secret.txt", "secret");
        write("www-other/secret.txt", "secret");
        write("www/index.html", "<p>home");
        write("www/app.js", "let a");
        write("www/sub dir/index.html", "<p>sub");
        write("www/sub dir/一.txt", "one");
        write("www/empty/readme.txt", "r");
        write("www/.env", "secret");
        write("www/.git/config", "secret");
        Files.createSymbolicLink(temp.resolve("www/out.txt"), temp.resolve("secret.txt"));
        Files.createSymbolicLink(temp.resolve("www/outdir"), temp.resolve("www-other"));
        Files.createSymbolicLink(temp.resolve("www/in.js"), temp.resolve("www/app.js"));
        Files.createSymbolicLink(temp.resolve("www/env"), temp.resolve("www/.env"));
        Files.createSymbolicLink(temp.resolve("www/loop"), temp.resolve("www/loop"));
        files = StaticFiles.directory(temp.resolve("www"));
    }

    @Test
    void servesAFileWithoutLoadingIt() throws IOException {
        HttpResponse response = get("/app.js");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo(new HttpResponse.File(temp.resolve("www/app.js").toRealPath(), 5));
        assertThat(response.fields().first("Content-Type")).contains("text/javascript; charset=utf-8");
        assertThat(response.fields().first("Cache-Control")).contains("no-cache");
        assertThat(response.fields().first("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.fields().first("Last-Modified")).contains("Fri, 02 Jan 2026 03:04:05 GMT");
        assertThat(response.fields().first("ETag"))
                .hasValueSatisfying(tag -> assertThat(tag).matches("\"[0-9a-f-]+\""));
    }

    @Test
    void decodesNamesAndIgnoresTheQuery() {
        assertThat(get("/sub%20dir/%E4%B8%80.txt?v=2").status()).isEqualTo(200);
    }

    @Test
    void servesTheIndexOfAFolder() {
        assertThat(content(get("/"))).isEqualTo("<p>home");
        assertThat(content(get("/sub%20dir/"))).isEqualTo("<p>sub");
        assertThat(get("/sub%20dir/").fields().first("Content-Type")).contains("text/html; charset=utf-8");
    }

    @ParameterizedTest
    @CsvSource({
        "/sub%20dir, ./sub%20dir/",
        "/sub%20dir?a=b&c=%2F, ./sub%20dir/?a=b&c=%2F",
        "/%73ub%20dir, ./%73ub%20dir/"
    })
    void redirectsToTheFolderAndKeepsTheQuery(String target, String location) {
        HttpResponse response = get(target);

        assertThat(response.status()).isEqualTo(302);
        assertThat(response.fields().first("Location")).contains(location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/none", "/empty", "/empty/", "/app.js/", "/app.js/x", "//app.js", "//", "/empty//readme.txt"})
    void doesNotFindWhatIsNotThere(String target) {
        assertThat(get(target).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..%2fsecret.txt",
                "/..%2Fsecret.txt",
                "/%2e%2e%2fsecret.txt",
                "/..%5csecret.txt",
                "/..\\secret.txt",
                "/sub%20dir/..%2f..%2fsecret.txt",
                "/%2fetc/passwd",
                "//etc/passwd",
                "/%2Fetc%2Fpasswd",
                "/..%252fsecret.txt",
                "/%252e%252e/secret.txt",
                "/..;/secret.txt",
                "/.../secret.txt",
                "/..%2fwww-other/secret.txt",
                "/out.txt",
                "/outdir/secret.txt",
                "/outdir",
                "/loop",
                "/.env",
                "/%2eenv",
                "/.git/config",
                "/env",
                "/C:/secret.txt",
                "/c:%5csecret.txt",
                "/file:///etc/passwd",
                "/app.js::$DATA",
                "/%5c%5cserver%5cshare",
                "/app.js%2f",
                "/sub%20dir%2findex.html",
                "/..%ef%bc%8fsecret.txt",
                "/~root"
            })
    void neverLeavesTheDirectory(String target) {
        assertThat(get(target).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt", "/%2e%2e/secret.txt", "/.%2e/secret.txt", "/sub%20dir/../../secret.txt", "/app.js%00",
                "/app.js%00.html", "/..%c0%afsecret.txt", "/%c0%ae%c0%ae/secret.txt", "/%uff0e%uff0e/", "/./app.js"
            })
    void isNotEvenAskedForPathsThatNoClientSends(String target) {
        assertThatThrownBy(() -> get(target)).isInstanceOf(BadRequestException.class);
    }

    @Test
    void doesNotTrustTheRequestToHaveRefusedDotSegments() {
        for (List<String> tail : List.of(
                List.of("..", "secret.txt"),
                List.of(".", "app.js"),
                List.of("app.js\0"),
                List.of("../secret.txt"),
                List.of("/etc/passwd"),
                List.of("x".repeat(5000)))) {
            HttpRequest request = HttpRequest.builder("GET", "/x").tail(tail).build();

            assertThat(answer(request).status()).isEqualTo(404);
        }
    }

    @Test
    void followsALinkThatStaysInside() {
        assertThat(content(get("/in.js"))).isEqualTo("let a");
    }

    @Test
    void servesWhatStandsForTheStarOfTheRoute() {
        HttpRequest request = HttpRequest.builder("GET", "/files/app.js")
                .tail(List.of("app.js"))
                .build();

        assertThat(content(answer(request))).isEqualTo("let a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X"})
    void allowsGetAndHeadOnly(String method) {
        HttpResponse response = answer(HttpRequest.builder(method, "/app.js").build());

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.fields().first("Allow")).contains("GET, HEAD");
    }

    @Test
    void answersHeadAsGet() {
        HttpResponse response = answer(HttpRequest.builder("HEAD", "/app.js").build());

        assertThat(response.fields()).isEqualTo(get("/app.js").fields());
        assertThat(response.body().length()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"x\", %s", "\"a,b\" , W/%s,\"y\"", "*"})
    void answers304WhereTheClientHasTheFile(String ifNoneMatch) {
        String tag = get("/app.js").fields().first("ETag").orElseThrow();
        HttpResponse response = get("/app.js", "If-None-Match", ifNoneMatch.replace("%s", tag));

        assertThat(response.status()).isEqualTo(304);
        assertThat(response.fields().first("ETag")).contains(tag);
        assertThat(response.fields().first("Cache-Control")).contains("no-cache");
        assertThat(response.fields().has("Content-Type")).isFalse();
        assertThat(response.body().length()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"x\"", "\"", "W/", "\"\"", ",,,", "**", "\"x"})
    void answers200WhereTheClientHasAnotherFile(String ifNoneMatch) {
        assertThat(get("/app.js", "If-None-Match", ifNoneMatch).status()).isEqualTo(200);
    }

    @Test
    void changesTheTagWithTheFile() throws IOException {
        String before = get("/app.js").fields().first("ETag").orElseThrow();
        Files.setLastModifiedTime(temp.resolve("www/app.js"), FileTime.from(CHANGED.plusMillis(1)));
        String touched = get("/app.js").fields().first("ETag").orElseThrow();
        write("www/app.js", "longer than before");
        String longer = get("/app.js").fields().first("ETag").orElseThrow();

        assertThat(List.of(before, touched, longer)).doesNotHaveDuplicates();
        assertThat(get("/app.js", "If-None-Match", before).status()).isEqualTo(200);
    }

    @Test
    void looksAtTheDateWhereThereIsNoTag() {
        assertThat(get("/app.js", "If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT")
                        .status())
                .isEqualTo(304);
        assertThat(get("/app.js", "If-Modified-Since", "Fri, 02 Jan 2026 03:04:04 GMT")
                        .status())
                .isEqualTo(200);
        assertThat(get("/app.js", "If-Modified-Since", "garbage").status()).isEqualTo(200);
        assertThat(get("/app.js", "If-None-Match", "\"x\"", "If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void addsFieldsToPagesOnly() {
        files = files.htmlHeader("Content-Security-Policy", "default-src 'self'")
                .cacheControl("max-age=60");

        assertThat(get("/").fields().first("Content-Security-Policy")).contains("default-src 'self'");
        assertThat(get("/app.js").fields().has("Content-Security-Policy")).isFalse();
        assertThat(get("/app.js").fields().first("Cache-Control")).contains("max-age=60");
        assertThatIllegalArgumentException().isThrownBy(() -> files.htmlHeader("A", "b\r\nc"));
        assertThatIllegalArgumentException().isThrownBy(() -> files.cacheControl("\n"));
    }

    @Test
    void refusesADirectoryThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StaticFiles.directory(temp.resolve("secret.txt")))
                .withMessageContaining("expected a directory");
    }

    @ParameterizedTest
    @CsvSource({
        "a.HTML,text/html; charset=utf-8",
        "a.css,text/css; charset=utf-8",
        "a.svg,image/svg+xml",
        "a.json,application/json",
        "a.wasm,application/wasm",
        "a.woff2,font/woff2",
        "a.tar.gz,application/gzip",
        "README,application/octet-stream",
        "a.exe,application/octet-stream"
    })
    void knowsTheTypesOfTheWeb(String name, String type) throws IOException {
        write("www/" + name, "x");

        assertThat(get("/" + name).fields().first("Content-Type")).contains(type);
    }

    @Nested
    class FromAJar {
        @Test
        void servesFilesFoldersAndRedirects() throws Exception {
            try (URLClassLoader loader =
                    jar("web/", "web/index.html", "web/a.css", "web/sub/index.html", "other/x.txt")) {
                StaticFiles resources = resources(loader);

                assertThat(content(get(resources, "/"))).isEqualTo("web/index.html");
                assertThat(content(get(resources, "/a.css"))).isEqualTo("web/a.css");
                assertThat(get(resources, "/sub").fields().first("Location")).contains("./sub/");
                assertThat(content(get(resources, "/sub/"))).isEqualTo("web/sub/index.html");
                assertThat(get(resources, "/a.css/").status()).isEqualTo(404);
                assertThat(get(resources, "/..%2fother/x.txt").status()).isEqualTo(404);
                assertThat(get(resources, "/none").status()).isEqualTo(404);
            }
        }

        @Test
        void makesTheTagFromTheContent() throws Exception {
            try (URLClassLoader loader = jar("web/index.html", "web/a.css")) {
                StaticFiles resources = resources(loader);
                HttpResponse first = get(resources, "/a.css");
                String tag = first.fields().first("ETag").orElseThrow();

                assertThat(tag).matches("\"[0-9a-f]{32}\"");
                assertThat(get(resources, "/").fields().first("ETag"))
                        .isNotEqualTo(first.fields().first("ETag"));
                assertThat(first.fields().has("Last-Modified")).isFalse();
                HttpRequest again = HttpRequest.builder("GET", "/a.css")
                        .fields(HttpFields.of("If-None-Match", tag))
                        .build();
                assertThat(answer(resources, again).status()).isEqualTo(304);
            }
        }

        private StaticFiles resources(ClassLoader loader) throws ClassNotFoundException {
            return StaticFiles.resources(loader.loadClass(Anchor.class.getName()), "web");
        }

        private URLClassLoader jar(String... names) throws IOException {
            Path jar = temp.resolve("web.jar");
            try (OutputStream out = Files.newOutputStream(jar);
                    JarOutputStream zip = new JarOutputStream(out)) {
                String anchor = Anchor.class.getName().replace('.', '/') + ".class";
                zip.putNextEntry(new ZipEntry(anchor));
                try (InputStream in = StaticFilesTest.class.getResourceAsStream("/" + anchor)) {
                    in.transferTo(zip);
                }
                for (String name : names) {
                    zip.putNextEntry(new ZipEntry(name));
                    if (!name.endsWith("/")) {
                        zip.write(name.getBytes(UTF_8));
                    }
                }
            }
            return new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
        }
    }

    @Test
    void servesResourcesOfADirectoryOfClasses() {
        StaticFiles classes = StaticFiles.resources(StaticFilesTest.class, "dev/duplex");

        assertThat(get(classes, "/server/StaticFilesTest.class").body()).isInstanceOf(HttpResponse.File.class);
        assertThat(get(classes, "/server").status()).isEqualTo(404);
        assertThat(get(classes, "/server/").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/web", "web/", "no/such/folder"})
    void refusesAFolderThatIsNone(String folder) {
        assertThatIllegalArgumentException().isThrownBy(() -> StaticFiles.resources(StaticFilesTest.class, folder));
    }

    /** Put into the jar, so that resources are looked up there. */
    private static final class Anchor {}

    private void write(String name, String content) throws IOException {
        Path file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(CHANGED));
    }

    private HttpResponse get(String target, String... fields) {
        return answer(
                HttpRequest.builder("GET", target).fields(HttpFields.of(fields)).build());
    }

    private static HttpResponse get(StaticFiles files, String target) {
        return answer(files, HttpRequest.builder("GET", target).build());
    }

    private HttpResponse answer(HttpRequest request) {
        return answer(files, request);
    }

    private static HttpResponse answer(StaticFiles files, HttpRequest request) {
        return files.handle(request).toCompletableFuture().join();
    }

    private static String content(HttpResponse response) {
        try {
            return response.body() instanceof HttpResponse.File file
                    ? Files.readString(file.path())
                    : new String(((HttpResponse.Bytes) response.body()).bytes(), UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
