import jakarta.servlet.ServletContext;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.websocket.server.WsSci;

/** usage: EchoTomcat PORT */
public final class EchoTomcat {
    // Each connection takes buffers of this size when it opens: three times as many bytes.
    private static final int MAX_MESSAGE_BYTES =
            Integer.parseInt(System.getenv().getOrDefault("PEER_MAX_MESSAGE", "4194304"));
    private static final String MAX_CONNECTIONS = "100000";
    private static final Set<Session> EVERYBODY = ConcurrentHashMap.newKeySet();

    public static void main(String[] args) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(Integer.parseInt(args[0]));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxConnections", MAX_CONNECTIONS);
        if (Keystore.isGiven()) {
            secure(tomcat.getConnector());
        }
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(new WsSci(), null);
        context.addServletContainerInitializer((classes, servlets) -> endpoints(servlets), null);
        Tomcat.addServlet(context, "none", new jakarta.servlet.http.HttpServlet() {});
        context.addServletMappingDecoded("/", "none");
        tomcat.start();
    }

    private static void secure(Connector connector) {
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystoreFile(Keystore.path().toString());
        certificate.setCertificateKeystorePassword(Keystore.PASSWORD);
        host.addCertificate(certificate);
        connector.addSslHostConfig(host);
        connector.setScheme("https");
        connector.setSecure(true);
        connector.setProperty("SSLEnabled", "true");
    }

    private static void endpoints(ServletContext servlets) {
        ServerContainer container =
                (ServerContainer) servlets.getAttribute("jakarta.websocket.server.ServerContainer");
        container.setDefaultMaxTextMessageBufferSize(MAX_MESSAGE_BYTES);
        container.setDefaultMaxBinaryMessageBufferSize(MAX_MESSAGE_BYTES);
        try {
            container.addEndpoint(
                    ServerEndpointConfig.Builder.create(Echo.class, "/echo").build());
            container.addEndpoint(ServerEndpointConfig.Builder.create(Broadcast.class, "/broadcast")
                    .build());
        } catch (DeploymentException e) {
            throw new IllegalStateException(e);
        }
    }

    public static final class Echo extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, text -> send(session, text));
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) bytes -> {
                try {
                    session.getBasicRemote().sendBinary(bytes);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Override
        public void onError(Session session, Throwable cause) {}
    }

    public static final class Broadcast extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            EVERYBODY.add(session);
            session.addMessageHandler(String.class, text -> EVERYBODY.forEach(each -> send(each, text)));
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            EVERYBODY.remove(session);
        }

        @Override
        public void onError(Session session, Throwable cause) {}
    }

    private static void send(Session session, String text) {
        try {
            synchronized (session) {
                session.getBasicRemote().sendText(text);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
