package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import java.util.Arrays;

/** Pings and pongs. */
final class Pings {
    private static final String PING = "RFC 6455 §5.5.2";
    private static final String PONG = "RFC 6455 §5.5.3";

    private Pings() {}

    static void declare(CaseList cases) {
        answers(cases);
        pongs(cases);
        several(cases);
    }

    private static void answers(CaseList cases) {
        answered(cases, "empty", "An empty ping is answered by an empty pong.", "2.1", new byte[0]);
        answered(cases, "text", "A pong carries the payload of its ping.", "2.2", Payloads.utf8("Hello, world!"));
        answered(
                cases, "binary", "The payload of a ping is any bytes.", "2.3", Payloads.hex("00 ff fe fd fc fb 00 ff"));
        answered(cases, "payload-125", "The longest payload of a ping is 125 bytes.", "2.4", filled(125, 0xFE));
        for (int size : new int[] {1, 2, 3, 4, 124}) {
            cases.rule("ping.payload-" + size, "A ping of " + size + " bytes is answered.", PING)
                    .send(Frame.ping(Payloads.binary(size)))
                    .expectPong(Payloads.binary(size));
        }
        cases.rule("ping.payload-126", "A ping of 126 bytes fails the connection.", "RFC 6455 §5.5")
                .autobahn("2.5")
                .send(Frame.ping(filled(126, 0xFE)))
                .fails(1002);
        cases.rule("ping.payload-65536", "A ping of 65,536 bytes fails the connection.", "RFC 6455 §5.5")
                .send(Frame.ping(filled(65_536, 0xFE)))
                .fails(1002);
        cases.rule(
                        "ping.length-form-2",
                        "A ping whose short length has the long form fails the connection.",
                        "RFC 6455 §5.5")
                .send(Frame.ping("Hello").lengthBytes(2))
                .failsOr(dev.duplex.conformance.Verdict.INFORMATIONAL, 1002);
        cases.rule("ping.chopped", "A ping may arrive byte by byte.", PING)
                .autobahn("2.6")
                .sendChopped(1, Frame.ping(filled(125, 0xFE)))
                .expectPong(filled(125, 0xFE));
    }

    private static void answered(CaseList cases, String name, String sentence, String autobahn, byte[] payload) {
        cases.rule("ping." + name, sentence, PING)
                .autobahn(autobahn)
                .send(Frame.ping(payload))
                .expectPong(payload);
    }

    private static void pongs(CaseList cases) {
        cases.rule("ping.unsolicited-pong-empty", "A pong that nobody asked for is ignored.", PONG)
                .autobahn("2.7")
                .send(Frame.pong(""))
                .staysOpen();
        cases.rule("ping.unsolicited-pong", "A pong that nobody asked for is ignored, whatever it carries.", PONG)
                .autobahn("2.8")
                .send(Frame.pong("unsolicited pong payload"))
                .staysOpen();
        cases.rule(
                        "ping.unsolicited-pong-then-ping",
                        "A ping after such a pong is answered with its own payload.",
                        PONG)
                .autobahn("2.9")
                .send(Frame.pong("unsolicited pong payload"), Frame.ping("ping payload"))
                .expectPong("ping payload");
        cases.rule("ping.pong-126", "A pong of 126 bytes fails the connection.", "RFC 6455 §5.5")
                .send(Frame.of(dev.duplex.conformance.wire.Opcode.PONG, filled(126, 0x41)), Frame.ping(""))
                .fails(1002);
        cases.rule("ping.pong-is-not-echoed", "A pong is no message, and is not answered.", PONG)
                .send(Frame.pong("not a message"))
                .echo(Frame.text("a message"));
    }

    private static void several(CaseList cases) {
        Frame[] ten = new Frame[10];
        Arrays.setAll(ten, i -> Frame.ping("payload-" + i));
        // §5.5.3: only the most recent ping needs its pong.
        cases.rule("ping.ten", "Of ten pings, the last one at least is answered.", PONG)
                .autobahn("2.10")
                .send(ten)
                .expectPong("payload-9");
        cases.rule("ping.ten-chopped", "Of ten pings byte by byte, the last one at least is answered.", PONG)
                .autobahn("2.11")
                .sendChopped(1, ten)
                .expectPong("payload-9");
        Frame[] thousand = new Frame[1000];
        Arrays.setAll(thousand, i -> Frame.ping("payload-" + i));
        cases.rule("ping.thousand", "A thousand pings at once are no reason to stop.", PONG)
                .sendTogether(thousand)
                .expectPongUnlessLimited("payload-999")
                .echo(Frame.text("still here"));
        CaseBuilder between =
                cases.rule("ping.between-messages", "Pings and messages do not disturb each other.", PING);
        for (int i = 0; i < 5; i++) {
            between.send(Frame.ping("ping " + i)).expectPong("ping " + i).echo(Frame.text("message " + i));
        }
    }

    static byte[] filled(int size, int value) {
        byte[] filled = new byte[size];
        Arrays.fill(filled, (byte) value);
        return filled;
    }
}
