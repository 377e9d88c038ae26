package dev.duplex.cli.serve;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.Md5Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.jspecify.annotations.Nullable;

/**
 * Users and what their passwords hash to, as Apache's htpasswd writes them: bcrypt ({@code htpasswd -B}), SHA-256 and
 * SHA-512 crypt, apr1 (MD5, its default) and {SHA}. DES crypt and plain passwords are refused: the one looks at eight
 * characters, the other is no secret of its user any more. Immutable.
 */
final class Htpasswd {
    /** What a wrong name is compared with, so that it takes as long as a wrong password. */
    private static final String NOBODY = "$2y$10$abcdefghijklmnopqrstuujOMvtUWsCjii3ZAuXgNuCg3XpGUTCoG";

    private final Map<String, String> hashes;

    private Htpasswd(Map<String, String> hashes) {
        this.hashes = hashes;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read, or a line has no hash that is understood
     */
    static Htpasswd read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("the file " + file + " cannot be read");
        }
        Map<String, String> hashes = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String hash = line.substring(colon + 1);
            if (colon < 1 || !isUnderstood(hash)) {
                throw new IllegalArgumentException("line " + number + " of " + file
                        + " is not name:hash with a hash by bcrypt ($2y$), SHA-256 or SHA-512 crypt ($5$, $6$),"
                        + " apr1 ($apr1$) or {SHA}; htpasswd -B writes the first");
            }
            hashes.put(line.substring(0, colon), hash);
        }
        if (hashes.isEmpty()) {
            throw new IllegalArgumentException("there is no user in " + file);
        }
        return new Htpasswd(hashes);
    }

    private static boolean isUnderstood(String hash) {
        return hash.matches("\\$2[aby]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}")
                || hash.matches("\\$(5|6|apr1)\\$[^:]+\\$[./A-Za-z0-9]+")
                || hash.startsWith("{SHA}");
    }

    /** Whether that is the password of the user. Takes a tenth of a second where the hash is a good one. */
    boolean matches(String user, String password) {
        String hash = hashes.get(user);
        return matchesHash(hash == null ? NOBODY : hash, password) && hash != null;
    }

    private static boolean matchesHash(String hash, String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (hash.startsWith("$2")) {
            // bcrypt looks at 72 bytes; one that is longer is none that this file's author has tried.
            return bytes.length <= 72
                    && BCrypt.verifyer().verify(bytes, hash.getBytes(StandardCharsets.US_ASCII)).verified;
        }
        @Nullable String hashed;
        if (hash.startsWith("{SHA}")) {
            hashed = "{SHA}" + Base64.getEncoder().encodeToString(DigestUtils.sha1(bytes));
        } else if (hash.startsWith("$apr1$")) {
            hashed = Md5Crypt.apr1Crypt(bytes, hash);
        } else if (hash.startsWith("$5$")) {
            hashed = Sha2Crypt.sha256Crypt(bytes, hash);
        } else {
            hashed = Sha2Crypt.sha512Crypt(bytes, hash);
        }
        return hashed != null
                && MessageDigest.isEqual(
                        hashed.getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }
}
