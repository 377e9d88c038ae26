package dev.duplex.client.internal;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom a client trusts in TLS, and who it is itself. */
public final class TlsSettings {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final @Nullable Store trust;
    private final @Nullable Store identity;
    private final boolean insecure;
    private @Nullable SslContext own;
    private @Nullable SslContext anonymous;
    private @Nullable SslContext verified;

    /**
     * Files with certificates, and keys to them.
     *
     * @param certificates PEM, or PKCS#12 if there is a password
     * @param privateKey PEM, of the certificates in PEM
     * @param password of the PKCS#12
     */
    public record Store(
            Path certificates,
            @Nullable Path privateKey,
            @Nullable String password) {
        @Override
        public String toString() {
            return (password == null ? "PEM " : "PKCS#12 ")
                    + certificates
                    + (privateKey == null ? "" : " with the private key (PKCS#8) in " + privateKey);
        }

        KeyStore load() throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(certificates)) {
                store.load(in, passwordChars());
            }
            return store;
        }

        char[] passwordChars() {
            return password == null ? new char[0] : password.toCharArray();
        }
    }

    /** What the JDK trusts; read when first needed. */
    private static final class PublicTrust {
        static final SslContext CONTEXT = create();

        private static SslContext create() {
            try {
                return builder().build();
            } catch (SSLException e) {
                throw new IllegalStateException("TLS cannot be used: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Reads the files, if there are any.
     *
     * @param trust in place of what the JDK trusts, or null
     * @param identity what to show to a server that asks, or null
     * @param insecure whether any certificate is trusted
     * @throws IllegalArgumentException if a file does not hold what it should
     */
    public TlsSettings(@Nullable Store trust, @Nullable Store identity, boolean insecure) {
        this.trust = trust;
        this.identity = identity;
        this.insecure = insecure;
        if (trust != null || identity != null || insecure) {
            own = create(identity, insecure);
        }
    }

    /** For the server that the program has named. May block. */
    synchronized SslContext own() {
        return own != null ? own : PublicTrust.CONTEXT;
    }

    /** For a server of another origin, which a redirect has named: it does not learn who we are. May block. */
    synchronized SslContext anonymous() {
        if (anonymous == null) {
            anonymous = identity == null ? own() : create(null, insecure);
        }
        return anonymous;
    }

    /** For a proxy, whose certificate is always verified: it may get to see a password. May block. */
    synchronized SslContext verified() {
        if (verified == null) {
            verified = insecure ? create(null, false) : anonymous();
        }
        return verified;
    }

    private static SslContextBuilder builder() {
        // RFC 2818 §3.1: the name in the certificate must be the host's.
        return SslContextBuilder.forClient().protocols(PROTOCOLS).endpointIdentificationAlgorithm("HTTPS");
    }

    private SslContext create(@Nullable Store as, boolean trustAny) {
        if (trust == null && as == null && !trustAny) {
            return PublicTrust.CONTEXT;
        }
        SslContextBuilder builder = builder();
        if (trustAny) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm("");
        } else if (trust != null) {
            read("certificates to trust", trust, store -> trust(builder, store));
        }
        if (as != null) {
            read("certificate chain and its private key", as, store -> identify(builder, store));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS cannot be used with this trust and identity: " + e.getMessage(), e);
        }
    }

    private interface Reading {
        void of(Store store) throws GeneralSecurityException, IOException;
    }

    private static void read(String what, Store store, Reading reading) {
        try {
            reading.of(store);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("expected " + what + " in " + store + ": " + e.getMessage(), e);
        }
    }

    private static void trust(SslContextBuilder builder, Store store) throws GeneralSecurityException, IOException {
        if (store.password() == null) {
            builder.trustManager(store.certificates().toFile());
            return;
        }
        KeyStore certificates = store.load();
        if (certificates.size() == 0) {
            throw new IllegalArgumentException("it has no certificates");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(certificates);
        builder.trustManager(factory);
    }

    private static void identify(SslContextBuilder builder, Store store) throws GeneralSecurityException, IOException {
        Path key = store.privateKey();
        if (key != null) {
            builder.keyManager(store.certificates().toFile(), key.toFile());
            return;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store.load(), store.passwordChars());
        builder.keyManager(factory);
    }
}
