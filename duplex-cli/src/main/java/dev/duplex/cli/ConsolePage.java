package dev.duplex.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page to try endpoints with: that of {@code duplex echo}, all in one document, so that it takes no path from the
 * programs and files that are served and works behind a proxy that maps paths. Nothing of a request is written into it:
 * what it needs to know of its address it asks the browser.
 */
final class ConsolePage implements HttpHandler {
    private static final Pattern IMPORT =
            Pattern.compile("^import \\{\\s*([^}]*?),?\\s*} from './common\\.js';$", Pattern.MULTILINE);

    private final HttpResponse page;

    /**
     * @param here whether the page is served at the addresses of endpoints, of which it then offers the one it is at
     * @param endpoints the paths that it offers
     */
    ConsolePage(boolean here, List<String> endpoints) {
        String style = read("common.css") + read("echo.css");
        String script = script();
        String html = read("echo.html")
                .replaceAll("<link rel=\"stylesheet\"[^>]*>\n", "")
                .replaceAll("<script [^>]*></script>\n", "")
                .replace("/assets/icon.svg", "data:image/svg+xml;base64," + base64(read("icon.svg")))
                .replace(
                        "</head>",
                        "<style>" + style + "</style>\n"
                                + "<script type=\"application/json\" id=\"console\">" + json(here, endpoints)
                                + "</script>\n"
                                + "<script type=\"module\">" + script + "</script>\n</head>");
        this.page = HttpResponse.html(200, html)
                // CSP 3 §8.2: what has none of these hashes does not run, whoever put it there.
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; connect-src *; img-src data:; script-src '" + hash(script)
                                + "'; style-src '" + hash(style)
                                + "'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
                .header("Referrer-Policy", "no-referrer")
                .header("X-Content-Type-Options", "nosniff")
                .header("Cache-Control", "no-cache");
    }

    /** Both modules in one: what the one exports, the other gets as the value of a function. */
    private static String script() {
        String main = read("echo.js");
        Matcher imported = IMPORT.matcher(main);
        if (!imported.find()) {
            throw new IllegalStateException("echo.js does not import from common.js as expected");
        }
        String names = imported.group(1).replaceAll("\\s+", " ");
        String common = read("common.js").replaceAll("(?m)^export ", "");
        return "\nconst { " + names + " } = (() => {\n" + common + "\nreturn { " + names + " };\n})();\n"
                + main.substring(imported.end()) + "\n";
    }

    private static String json(boolean here, List<String> endpoints) {
        try {
            // A path may hold what would end the element.
            return new ObjectMapper()
                    .writeValueAsString(Map.of("here", here, "endpoints", endpoints))
                    .replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(String name) {
        try (InputStream in = ConsolePage.class.getResourceAsStream("pages/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the page " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        return CompletableFuture.completedFuture(
                reads
                        ? page
                        : HttpResponse.text(405, "Only GET and HEAD are possible here.\n")
                                .header("Allow", "GET, HEAD"));
    }
}
