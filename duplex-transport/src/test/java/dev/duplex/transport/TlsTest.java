package dev.duplex.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.transport.internal.SelfSigned;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    /** Sends a byte through TLS to a server of this identity and back, trusting its certificate and nothing else. */
    private static X509Certificate handshake(Tls tls, Certificate trusted, String protocol) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(tls.context().newHandler(channel.alloc()), new Echo());
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("trusted", trusted);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
                socket.setSoTimeout(10_000);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setProtocols(new String[] {protocol});
                socket.setSSLParameters(parameters);
                socket.getOutputStream().write(42);
                assertThat(socket.getInputStream().read()).isEqualTo(42);
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                return (X509Certificate) socket.getSession().getPeerCertificates()[0];
            }
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private static KeyStore identity() throws Exception {
        return SelfSigned.generate(List.of("localhost"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void shakesHandsWithACertificateFromFiles(String protocol, @TempDir Path folder) throws Exception {
        KeyStore store = identity();
        Certificate certificate = store.getCertificate(SelfSigned.ALIAS);
        Path chain = Files.writeString(folder.resolve("chain.pem"), pem("CERTIFICATE", certificate.getEncoded()));
        byte[] key = store.getKey(SelfSigned.ALIAS, SelfSigned.PASSWORD.toCharArray())
                .getEncoded();
        Path privateKey = Files.writeString(folder.resolve("key.pem"), pem("PRIVATE KEY", key));
        Tls tls = Tls.pem(chain, privateKey);
        assertThat(handshake(tls, certificate, protocol)).isEqualTo(certificate);
        assertThat(tls.fingerprint()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void shakesHandsWithASelfSignedCertificateWhoseFingerprintItTells(String protocol) throws Exception {
        Tls tls = Tls.selfSigned("localhost", "127.0.0.1");
        X509Certificate shown = certificateShownBy(tls);
        assertThat(handshake(tls, shown, protocol)).isEqualTo(shown);
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(shown.getEncoded());
        assertThat(tls.fingerprint())
                .contains(HexFormat.ofDelimiter(":").withUpperCase().formatHex(sha256));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void shakesHandsOnOpenSsl(String protocol) throws Exception {
        Tls jdk = Tls.selfSigned("localhost");
        Tls tls = jdk.on(TlsEngine.OPENSSL);
        X509Certificate shown = certificateShownBy(jdk);
        assertThat(tls.context()).isInstanceOf(io.netty.handler.ssl.OpenSslServerContext.class);
        assertThat(handshake(tls, shown, protocol)).isEqualTo(shown);
        assertThat(tls.fingerprint()).isEqualTo(jdk.fingerprint());
    }

    /** Without a network: the client's engine trusts whatever it is shown. */
    private static X509Certificate certificateShownBy(Tls tls) throws Exception {
        var client = io.netty.handler.ssl.SslContextBuilder.forClient()
                .trustManager(io.netty.handler.ssl.util.InsecureTrustManagerFactory.INSTANCE)
                .build()
                .newEngine(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT);
        var server = tls.context().newEngine(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT);
        var toServer = java.nio.ByteBuffer.allocate(65_536);
        var toClient = java.nio.ByteBuffer.allocate(65_536);
        var sink = java.nio.ByteBuffer.allocate(65_536);
        var nothing = java.nio.ByteBuffer.allocate(0);
        for (int i = 0; i < 30; i++) {
            for (var engine : List.of(client, server)) {
                boolean ofClient = engine.equals(client);
                var out = ofClient ? toServer : toClient;
                var in = ofClient ? toClient : toServer;
                engine.wrap(nothing, out);
                in.flip();
                engine.unwrap(in, sink);
                in.compact();
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
        }
        return (X509Certificate) client.getSession().getPeerCertificates()[0];
    }

    @Test
    void isForThisMachineWhereNoHostIsNamed() throws Exception {
        X509Certificate certificate = certificateShownBy(Tls.selfSigned());
        assertThat(certificate.getSubjectAlternativeNames())
                .extracting(name -> (Object) name.get(1))
                .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        certificate.checkValidity();
    }

    @Test
    void refusesAHostThatIsNone() {
        assertThatThrownBy(() -> Tls.selfSigned("a,dns:evil"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a host name or an IP address but was a,dns:evil");
    }

    @Test
    void saysWhichFileIsMissing(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path there = Files.writeString(folder.resolve("there.pem"), "");
        assertThatThrownBy(() -> Tls.pem(missing, there))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected the certificate chain in a readable file, but " + missing + " does not exist");
        assertThatThrownBy(() -> Tls.pem(there, missing))
                .hasMessage("expected the private key in a readable file, but " + missing + " does not exist");
    }

    @Test
    void saysWhatItExpectedInTheFiles(@TempDir Path folder) throws Exception {
        Path junk = Files.writeString(folder.resolve("junk.pem"), "junk");
        assertThatThrownBy(() -> Tls.pem(junk, junk))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a PEM certificate chain in " + junk
                        + " and its PEM private key (PKCS#8) in " + junk + ": ");
    }

    @Test
    void aFolderIsNoCertificate(@TempDir Path folder) {
        assertThatThrownBy(() -> Tls.pem(folder, folder)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clientAuthoritiesMustBeReadableToo(@TempDir Path folder) throws Exception {
        KeyStore store = identity();
        Path chain = Files.writeString(
                folder.resolve("chain.pem"),
                pem("CERTIFICATE", store.getCertificate(SelfSigned.ALIAS).getEncoded()));
        byte[] key = store.getKey(SelfSigned.ALIAS, SelfSigned.PASSWORD.toCharArray())
                .getEncoded();
        Path privateKey = Files.writeString(folder.resolve("key.pem"), pem("PRIVATE KEY", key));
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> Tls.pem(chain, privateKey, missing))
                .hasMessage("expected the client authorities in a readable file, but " + missing + " does not exist");
        assertThat(Tls.pem(chain, privateKey, chain).context().isServer()).isTrue();
    }
}
