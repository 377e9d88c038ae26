package dev.duplex.cli.connect;

import dev.duplex.cli.common.Ending;
import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameReader;
import dev.duplex.conformance.wire.FrameText;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Shows what goes over the wire: {@code >} is what we send, {@code <} what the server sends, {@code *} what happens to the
 * connection, and {@code #} explains the line above. Used by one thread.
 */
public final class WireShow {
    /** As much of a payload is looked at; a control frame's fits. */
    private static final int SHOWN_PAYLOAD = 256;

    private static final int MAX_HEAD = 64 * 1024;
    private static final int CONTROL = 8;
    private static final Set<String> SECRET = Set.of("authorization", "cookie", "set-cookie", "proxy-authorization");

    private final Show show;
    private final Consumer<String> out;
    private HandshakeRemarks remarks = new HandshakeRemarks();
    private Side sent = new Side('>', line -> remarks.ofRequest(line));
    private Side received = new Side('<', line -> remarks.ofResponse(line));
    private boolean compressing;
    private boolean compressionTold;

    /** @param out given each line, and may wait: then the connection waits, so that nothing piles up */
    public WireShow(Show show, Consumer<String> out) {
        this.show = show;
        this.out = out;
    }

    void connected(SocketAddress peer) {
        remarks = new HandshakeRemarks();
        compressing = false;
        sent = new Side('>', line -> remarks.ofRequest(line));
        received = new Side('<', line -> remarks.ofResponse(line));
        if (show.handshakes()) {
            out.accept("* connected to " + shown(peer));
        }
    }

    private static String shown(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress inet)) {
            return peer.toString();
        }
        return inet.isUnresolved()
                ? inet.getHostString() + ", port " + inet.getPort() + ", through the proxy"
                : inet.getAddress().getHostAddress() + ", port " + inet.getPort();
    }

    void secured(SSLSession session) {
        if (!show.handshakes()) {
            return;
        }
        out.accept("* " + session.getProtocol() + " with " + session.getCipherSuite());
        try {
            Principal peer = session.getPeerPrincipal();
            out.accept("* the server's certificate is for " + Ending.printable(peer.getName()));
        } catch (SSLPeerUnverifiedException e) {
            out.accept("* the server has shown no certificate");
        }
    }

    void sent(ByteBuffer bytes) {
        sent.take(bytes);
    }

    void received(ByteBuffer bytes) {
        received.take(bytes);
    }

    /** A WebSocketObserver that shows the wire, too. */
    public interface Tap extends WireTap {
        WireShow show();

        @Override
        default void connected(SocketAddress peer) {
            show().connected(peer);
        }

        @Override
        default void secured(SSLSession session) {
            show().secured(session);
        }

        @Override
        default void sent(ByteBuffer bytes) {
            show().sent(bytes);
        }

        @Override
        default void received(ByteBuffer bytes) {
            show().received(bytes);
        }
    }

    /** What goes in one direction: heads, until one says that frames follow. */
    private final class Side {
        private final char mark;
        private final Function<String, Optional<String>> remark;
        private final StringBuilder head = new StringBuilder();
        private final FrameReader frames = new FrameReader(SHOWN_PAYLOAD);
        private boolean framed;
        private boolean ignored;

        Side(char mark, Function<String, Optional<String>> remark) {
            this.mark = mark;
            this.remark = remark;
        }

        void take(ByteBuffer bytes) {
            while (bytes.hasRemaining() && !framed && !ignored) {
                head.append((char) (bytes.get() & 0xFF));
                if (head.length() > MAX_HEAD) {
                    ignored = true;
                } else if (head.length() >= 4
                        && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                    headEnds();
                }
            }
            if (framed && show.anyFrames()) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                frames.read(copy).forEach(this::frame);
            }
        }

        private void headEnds() {
            String[] lines = head.toString().split("\r\n");
            compressing = agreesOnCompression(lines);
            head.setLength(0);
            if (show.handshakes()) {
                for (String line : lines) {
                    line(line);
                }
                out.accept(Character.toString(mark));
            }
            boolean request = mark == '>';
            boolean interim = lines[0].matches("HTTP/1\\.1 1(?!01)[0-9][0-9].*");
            framed = request || lines[0].contains(" 101");
            ignored = !framed && !interim; // the body of a refusal, which the command prints itself
        }

        private static boolean agreesOnCompression(String[] lines) {
            return Arrays.stream(lines)
                    .anyMatch(line -> HandshakeRemarks.name(line).equals("sec-websocket-extensions")
                            && line.contains("permessage-deflate"));
        }

        private void line(String line) {
            String name = HandshakeRemarks.name(line);
            boolean hidden = show != Show.all && SECRET.contains(name);
            String shown = hidden ? line.substring(0, line.indexOf(':')) + ": ..." : line;
            out.accept(mark + " " + Ending.printable(shown));
            if (show == Show.handshake || !hidden) {
                remark.apply(line).ifPresent(text -> out.accept("    # " + text));
            }
        }

        private void frame(Frame frame) {
            if (show == Show.control && frame.opcode() < CONTROL) {
                return;
            }
            out.accept(mark + (frame.fin() ? " FIN " : "     ") + FrameText.line(frame));
            boolean compressed =
                    compressing && frame.reservedBits() == Frame.RSV1 && (frame.opcode() == 1 || frame.opcode() == 2);
            for (String fault : frame.faults()) {
                if (!compressed || !fault.startsWith("RSV1")) {
                    out.accept("    # " + fault);
                }
            }
            if (mark == '<' && frame.masked()) {
                out.accept("    # masked, which a server must not do (RFC 6455 §5.1)");
            }
            if (compressed && !compressionTold) {
                compressionTold = true;
                out.accept("    # RSV1: compressed (permessage-deflate, RFC 7692); --deflate off shows what is in it");
            }
        }
    }
}
