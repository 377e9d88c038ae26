package dev.duplex.transport;

import dev.duplex.transport.internal.SelfSigned;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS identity of a server: who it is, and whether its clients have to say who they are. Immutable. */
public final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final Identity identity;
    private final SslContext context;
    private final Optional<String> fingerprint;

    /** Where key and certificates come from, read anew for each engine that is to have them. */
    private interface Identity {
        SslContextBuilder read() throws SSLException;
    }

    private Tls(Identity identity, TlsEngine engine, Optional<String> fingerprint) throws SSLException {
        this.identity = identity;
        this.context = identity.read()
                .sslProvider(engine.provider())
                .protocols(PROTOCOLS)
                .build();
        this.fingerprint = fingerprint;
    }

    /**
     * A certificate chain and its private key, in PEM files.
     *
     * @throws IllegalArgumentException if a file cannot be read or does not hold what it should
     */
    public static Tls pem(Path certificateChain, Path privateKey) {
        return pem(certificateChain, privateKey, null);
    }

    /**
     * As {@link #pem(Path, Path)}, for clients that must show a certificate signed by one of the given authorities.
     *
     * @param clientAuthorities PEM file of certificates, or null to ask clients for none
     */
    public static Tls pem(Path certificateChain, Path privateKey, @Nullable Path clientAuthorities) {
        readable("certificate chain", certificateChain);
        readable("private key", privateKey);
        if (clientAuthorities != null) {
            readable("client authorities", clientAuthorities);
        }
        Identity files = () -> {
            SslContextBuilder builder = SslContextBuilder.forServer(certificateChain.toFile(), privateKey.toFile());
            return clientAuthorities == null
                    ? builder
                    : builder.trustManager(clientAuthorities.toFile()).clientAuth(ClientAuth.REQUIRE);
        };
        try {
            return new Tls(files, TlsEngine.JDK, Optional.empty());
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected a PEM certificate chain in " + certificateChain + " and its PEM private key (PKCS#8) in "
                            + privateKey + ": " + e.getMessage(),
                    e);
        }
    }

    /**
     * A certificate made now, for these host names and addresses, which nobody has reason to trust: for development.
     *
     * @throws IllegalStateException if the JDK's {@code keytool} is missing or fails
     */
    public static Tls selfSigned(String... hosts) {
        List<String> names = hosts.length == 0 ? List.of("localhost", "127.0.0.1", "::1") : List.of(hosts);
        try {
            KeyStore store = SelfSigned.generate(names);
            PrivateKey key = (PrivateKey) store.getKey(SelfSigned.ALIAS, SelfSigned.PASSWORD.toCharArray());
            Certificate certificate = store.getCertificate(SelfSigned.ALIAS);
            String sha256 = HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            return new Tls(
                    () -> SslContextBuilder.forServer(key, (X509Certificate) certificate),
                    TlsEngine.JDK,
                    Optional.of(sha256));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("no self-signed certificate could be made: " + e.getMessage(), e);
        }
    }

    /**
     * The same identity, with the cryptography done by another engine than the JDK's, which is the one to begin with.
     *
     * @throws IllegalStateException if that engine is not there, or cannot use the key
     */
    public Tls on(TlsEngine engine) {
        try {
            return new Tls(identity, engine, fingerprint);
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalStateException("the engine " + engine + " cannot use this identity: " + e.getMessage(), e);
        }
    }

    /** The SHA-256 fingerprint of a self-signed certificate, for a person to compare; empty for one from files. */
    public Optional<String> fingerprint() {
        return fingerprint;
    }

    /** Netty's form of it. */
    public SslContext context() {
        return context;
    }

    private static void readable(String what, Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("expected the " + what + " in a readable file, but " + file
                    + (Files.exists(file) ? " cannot be read" : " does not exist"));
        }
    }
}
