package dev.duplex.client.internal;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why TLS has failed, for somebody who does not know the JDK's exceptions by heart. */
final class TlsFailure {
    /** "HTTP" in hexadecimal digits, in which Netty shows what came in place of TLS. */
    private static final String HTTP = "48545450";

    private TlsFailure() {}

    static boolean isOne(Throwable cause) {
        return find(SSLException.class, cause) != null;
    }

    /** One sentence and a hint, without a full stop. */
    static String inWords(String host, Throwable cause) {
        return "TLS with " + host + " failed: " + reason(cause);
    }

    private static String reason(Throwable cause) {
        NotSslRecordException plain = find(NotSslRecordException.class, cause);
        if (plain != null) {
            boolean http = String.valueOf(plain.getMessage()).contains(HTTP);
            return "the server answers " + (http ? "in plain HTTP" : "something else than TLS")
                    + " on this port; without TLS the URL begins with ws://";
        }
        CertificateExpiredException expired = find(CertificateExpiredException.class, cause);
        if (expired != null) {
            return "the certificate, or one that vouches for it, has expired (" + expired.getMessage()
                    + "); the server needs a new one";
        }
        CertificateNotYetValidException early = find(CertificateNotYetValidException.class, cause);
        if (early != null) {
            return "the certificate, or one that vouches for it, is not valid yet (" + early.getMessage()
                    + "); look at the clock of this machine";
        }
        if (find(CertPathBuilderException.class, cause) != null) {
            return "nobody whom this client trusts vouches for the certificate; a certificate that is not publicly"
                    + " trusted needs WebSocketOptions.trust";
        }
        if (find(ClosedChannelException.class, cause) != null) {
            return "the server has closed the connection in the middle of the TLS handshake; it may not speak TLS on"
                    + " this port, or not know the host by this name";
        }
        String message = String.valueOf(root(cause).getMessage());
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return "the certificate is for another host (" + message.replaceAll("\\.$", "")
                    + "); write the host that it is for, or name that in WebSocketOptions.serverName";
        }
        if (message.contains("unrecognized_name")) {
            return "the server does not know the host by this name (" + message + "); name another in"
                    + " WebSocketOptions.serverName";
        }
        if (message.contains("certificate_required") || message.contains("bad_certificate")) {
            return "the server wants another certificate of ours (" + message
                    + "); give it in WebSocketOptions.identity";
        }
        return message;
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    private static <T extends Throwable> @Nullable T find(Class<T> type, Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause() == each ? null : each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }
}
