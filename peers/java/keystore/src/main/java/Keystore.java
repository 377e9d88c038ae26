import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The key that a peer speaks TLS with, if PEER_KEYSTORE names one. */
public final class Keystore {
    public static final String PASSWORD = "benchmark";

    private Keystore() {}

    public static boolean isGiven() {
        return System.getenv("PEER_KEYSTORE") != null;
    }

    public static Path path() {
        return Path.of(System.getenv("PEER_KEYSTORE"));
    }

    public static KeyManagerFactory keys() {
        try (InputStream in = Files.newInputStream(path())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, PASSWORD.toCharArray());
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot read the key in " + path(), e);
        }
    }

    public static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys().getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
