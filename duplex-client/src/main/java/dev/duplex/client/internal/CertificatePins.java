package dev.duplex.client.internal;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Public keys of which a server's chain must have one: SHA-256 of SubjectPublicKeyInfo (RFC 7469 §2.4), written as
 * {@code sha256/} and base64. Nothing is asked if there are none.
 */
public final class CertificatePins {
    public static final CertificatePins NONE = new CertificatePins(Set.of());

    private static final int SHA256_BYTES = 32;

    private final Set<String> pins;

    private CertificatePins(Set<String> pins) {
        this.pins = pins;
    }

    /**
     * These and the pins of these texts: {@code sha256/BASE64} as in OkHttp, {@code sha256//BASE64} as in curl, or 64 hexadecimal
     * digits, with or without colons between the bytes.
     *
     * @throws IllegalArgumentException if a text has another form
     */
    public CertificatePins and(String... texts) {
        Set<String> all = new LinkedHashSet<>(pins);
        for (String text : texts) {
            all.add(written(hash(text)));
        }
        return new CertificatePins(all);
    }

    private static byte[] hash(String text) {
        byte[] hash;
        try {
            if (text.startsWith("sha256/")) {
                String base64 = text.substring("sha256/".length());
                hash = Base64.getDecoder()
                        .decode(base64.startsWith("/") && base64.length() > 44 ? base64.substring(1) : base64);
            } else {
                hash = HexFormat.of().parseHex(text.replace(":", ""));
            }
        } catch (IllegalArgumentException e) {
            hash = new byte[0];
        }
        if (hash.length != SHA256_BYTES) {
            throw new IllegalArgumentException("a pin must be sha256/ and the base64 of 32 bytes, or 64 hexadecimal"
                    + " digits, but was \"" + text + "\"");
        }
        return hash;
    }

    private static String written(byte[] hash) {
        return "sha256/" + Base64.getEncoder().encodeToString(hash);
    }

    boolean isEmpty() {
        return pins.isEmpty();
    }

    /** Whether one of the pins is among these, {@link #vouching} for a server. */
    boolean accept(List<String> keys) {
        return keys.stream().anyMatch(pins::contains);
    }

    /**
     * The pins of the server's certificate, and of those behind it that have signed the one before: anybody can send
     * anybody's certificate, so that one which vouches for nothing counts for nothing.
     */
    static List<String> vouching(Certificate[] sent) throws GeneralSecurityException {
        List<String> keys = new ArrayList<>();
        Certificate last = sent[0];
        keys.add(pinOf(last));
        for (int i = 1; i < sent.length && last instanceof X509Certificate signed; i++) {
            if (!(sent[i] instanceof X509Certificate signer)
                    || !signer.getSubjectX500Principal().equals(signed.getIssuerX500Principal())) {
                break;
            }
            try {
                signed.verify(signer.getPublicKey());
            } catch (GeneralSecurityException e) {
                break;
            }
            keys.add(pinOf(signer));
            last = signer;
        }
        return keys;
    }

    private static String pinOf(Certificate certificate) throws NoSuchAlgorithmException {
        // The JDK's encoding of a public key is its SubjectPublicKeyInfo.
        return written(MessageDigest.getInstance("SHA-256")
                .digest(certificate.getPublicKey().getEncoded()));
    }

    @Override
    public String toString() {
        return String.join(", ", pins);
    }
}
