package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tokens (RFC 6750 §2.1), one in each line of a file, with the name of its user behind a space if it has one. */
final class BearerAuthenticator implements Authenticator {
    private static final int SHORTEST = 16;

    private record Token(byte[] bytes, String user) {}

    private final List<Token> tokens = new ArrayList<>();
    private final Credentials credentials;

    /**
     * @param credentials where they may be shown
     * @throws IllegalArgumentException if the file cannot be read, or has a token that could be guessed
     */
    BearerAuthenticator(Path file, Credentials credentials) {
        this.credentials = credentials;
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("the file " + file + " cannot be read");
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                String[] words = line.split("\\s+", 2);
                if (words[0].length() < SHORTEST) {
                    throw new IllegalArgumentException("the token in line " + (i + 1) + " of " + file
                            + " has fewer than " + SHORTEST + " characters, so that it could be guessed");
                }
                tokens.add(new Token(words[0].getBytes(StandardCharsets.UTF_8), words.length < 2 ? "" : words[1]));
            }
        }
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("there is no token in " + file);
        }
    }

    @Override
    public CompletionStage<Verdict> judge(UpgradeRequest request) {
        Optional<String> shown = credentials.token(request);
        byte[] came = shown.orElse("").getBytes(StandardCharsets.UTF_8);
        Token found = null;
        for (Token token : tokens) {
            // All of them, each to its end, so that the time tells nothing.
            found = MessageDigest.isEqual(token.bytes(), came) ? token : found;
        }
        return CompletableFuture.completedFuture(
                found == null
                        ? Refused.unauthorized(
                                shown.isPresent()
                                        ? "Bearer realm=\"duplex\", error=\"invalid_token\""
                                        : "Bearer realm=\"duplex\"")
                        : new Allowed(found.user(), "Bearer"));
    }
}
