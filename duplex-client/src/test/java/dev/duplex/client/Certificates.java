package dev.duplex.client;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManager;

/** An authority, what it signs, and servers that show it. */
final class Certificates {
    static final String PASSWORD = "secret";

    private Certificates() {}

    static X509Bundle authority(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    static X509Bundle between(X509Bundle authority) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=Between")
                .setIsCertificateAuthority(true)
                .buildIssuedBy(authority);
    }

    /** For this host, signed by somebody whom the authority knows but who is no authority. */
    static X509Bundle ofNoAuthority(String host, X509Bundle authority) throws Exception {
        CertificateBuilder somebody = new CertificateBuilder().ecp256().subject("CN=Somebody");
        X509Bundle known = somebody.buildIssuedBy(authority);
        X509Bundle claimed = somebody.keyPair(known.getKeyPair())
                .setIsCertificateAuthority(true)
                .buildIssuedBy(authority);
        X509Bundle signed = of(host).buildIssuedBy(claimed);
        return X509Bundle.fromCertificatePath(
                new X509Certificate[] {signed.getCertificate(), known.getCertificate()},
                authority.getCertificate(),
                signed.getKeyPair());
    }

    static CertificateBuilder of(String host) {
        return new CertificateBuilder().ecp256().subject("CN=test").addSanDnsName(host);
    }

    static Path pem(Path folder, X509Bundle bundle) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "certificate", ".pem"), bundle.getCertificatePEM());
    }

    static Path key(Path folder, X509Bundle bundle) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "key", ".pem"), bundle.getPrivateKeyPEM());
    }

    static Path pkcs12(Path folder, KeyStore store) throws Exception {
        Path file = Files.createTempFile(folder, "store", ".p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    static String pin(Certificate certificate) throws Exception {
        return "sha256/"
                + Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest(certificate.getPublicKey().getEncoded()));
    }

    /** Listens with this certificate and those behind it; asks clients for theirs if there is whom to trust. */
    static SSLServerSocket listening(X509Bundle shown, X509Bundle clients) throws Exception {
        // A store of this type takes a chain as it is, with gaps even.
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        store.setKeyEntry(
                "server", shown.getKeyPair().getPrivate(), PASSWORD.toCharArray(), shown.getCertificatePath());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                keys.getKeyManagers(), clients == null ? null : new TrustManager[] {clients.toTrustManager()}, null);
        ServerSocket socket =
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SSLServerSocket listening = (SSLServerSocket) socket;
        listening.setWantClientAuth(clients != null);
        return listening;
    }
}
