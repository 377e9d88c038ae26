package dev.duplex.transport;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Who does the cryptography of TLS. */
public enum TlsEngine {
    /** The JDK: always there. */
    JDK,

    /**
     * OpenSSL's descendant BoringSSL, which comes with {@code io.netty:netty-tcnative-boringssl-static}: that has to be on
     * the class path, in the version that Netty's BOM names. Opening handshakes cost it much less than the JDK.
     */
    OPENSSL;

    /** Netty's name of it; {@link IllegalStateException} if it does not work here. */
    SslProvider provider() {
        if (this == OPENSSL && !OpenSsl.isAvailable()) {
            throw new IllegalStateException(
                    "expected io.netty:netty-tcnative-boringssl-static on the class path, in the version of Netty's BOM and"
                            + " for this machine, but it cannot be loaded: " + OpenSsl.unavailabilityCause()
                            + "; add it, or take TlsEngine.JDK",
                    OpenSsl.unavailabilityCause());
        }
        return this == OPENSSL ? SslProvider.OPENSSL : SslProvider.JDK;
    }
}
