package dev.duplex.transport.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.stream.Collectors;

/** Makes a self-signed certificate with the JDK's own {@code keytool}, in a folder that is gone afterwards. */
public final class SelfSigned {
    public static final String ALIAS = "duplex";

    /** Guards a file that only this process can read and that lives for a second. */
    public static final String PASSWORD = "duplex";

    private static final String DAYS = "365";

    private SelfSigned() {}

    public static KeyStore generate(List<String> hosts) throws IOException, GeneralSecurityException {
        Path folder = Files.createTempDirectory("duplex-tls");
        Path file = folder.resolve("identity.p12");
        try {
            run(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-alias",
                    ALIAS,
                    "-dname",
                    "CN=" + hosts.get(0) + ", O=Duplex self-signed",
                    "-ext",
                    "san=" + hosts.stream().map(SelfSigned::alternativeName).collect(Collectors.joining(",")),
                    "-validity",
                    DAYS,
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    file.toString()));
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD.toCharArray());
            }
            return store;
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private static String alternativeName(String host) {
        if (!host.matches("[A-Za-z0-9.:*-]+")) {
            throw new IllegalArgumentException("expected a host name or an IP address but was " + host);
        }
        boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
        return (address ? "ip:" : "dns:") + host;
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool failed: " + output.strip());
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
    }
}
