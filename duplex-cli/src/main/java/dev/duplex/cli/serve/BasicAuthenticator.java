package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

/**
 * Names and passwords (RFC 7617). Good hashes are slow on purpose, so they are computed on two threads of their own, only
 * so many wait, and who was right once is remembered.
 */
final class BasicAuthenticator implements Authenticator {
    private static final String CHALLENGE = "Basic realm=\"duplex\", charset=\"UTF-8\"";
    private static final int THREADS = 2;
    private static final int MOST_WAITING = 64;
    private static final int MOST_REMEMBERED = 1000;

    private final Htpasswd users;
    private final ThreadPoolExecutor threads;
    private final HmacUtils memory;

    /** By what is remembered of name and password; guarded by itself. */
    private final Map<String, String> right = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    BasicAuthenticator(Path file) {
        this.users = Htpasswd.read(file);
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "duplex-passwords");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        this.memory = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, key);
    }

    @Override
    public CompletionStage<Verdict> judge(UpgradeRequest request) {
        String[] credentials = credentials(request);
        if (credentials.length < 2) {
            return CompletableFuture.completedFuture(Refused.unauthorized(CHALLENGE));
        }
        String user = credentials[0];
        String password = credentials[1];
        String key = memory.hmacHex(user.length() + ":" + user + password);
        synchronized (right) {
            if (right.containsKey(key)) {
                return CompletableFuture.completedFuture(new Allowed(user, "Basic"));
            }
        }
        try {
            return CompletableFuture.supplyAsync(() -> compare(user, password, key), threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(Refused.busy());
        }
    }

    private Verdict compare(String user, String password, String key) {
        if (!users.matches(user, password)) {
            return Refused.unauthorized(CHALLENGE);
        }
        synchronized (right) {
            right.put(key, user);
        }
        return new Allowed(user, "Basic");
    }

    /** Name and password, or nothing. */
    private static String[] credentials(UpgradeRequest request) {
        String field = request.headers().first("Authorization").orElse("");
        if (!field.regionMatches(true, 0, "Basic ", 0, 6)) {
            return new String[0];
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(field.substring(6).strip());
            return new String(bytes, StandardCharsets.UTF_8).split(":", 2);
        } catch (IllegalArgumentException e) {
            return new String[0];
        }
    }
}
