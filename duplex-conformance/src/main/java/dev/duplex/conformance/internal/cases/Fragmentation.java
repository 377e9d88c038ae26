package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.Opcode;
import java.time.Duration;

/** Messages in several frames. */
final class Fragmentation {
    private static final String SECTION = "RFC 6455 §5.4";
    private static final Frame FIRST = Frame.text("fragment1").more();
    private static final Frame LAST = Frame.continuation("fragment2");
    private static final String WHOLE = "fragment1fragment2";
    private static final Frame HELLO = Frame.text("Hello, world!");
    private static final Frame STRAY = Frame.continuation("non-continuation payload");

    private Fragmentation() {}

    static void declare(CaseList cases) {
        control(cases);
        messages(cases);
        strays(cases);
        interleaved(cases);
        many(cases);
    }

    private static void control(CaseList cases) {
        String rule = "A control frame must not be fragmented.";
        cases.rule("fragmentation.ping", rule, "RFC 6455 §5.5")
                .autobahn("5.1")
                .send(Frame.ping("fragment1").more(), LAST)
                .fails(1002);
        cases.rule("fragmentation.pong", rule, "RFC 6455 §5.5")
                .autobahn("5.2")
                .send(Frame.pong("fragment1").more(), LAST)
                .fails(1002);
        cases.rule("fragmentation.ping-empty", rule, "RFC 6455 §5.5")
                .send(Frame.ping("").more())
                .fails(1002);
        cases.rule("fragmentation.close", rule, "RFC 6455 §5.5")
                .send(Frame.close(1000, "").more())
                .fails(1002);
        cases.rule("fragmentation.ping-in-message", rule, "RFC 6455 §5.5")
                .send(FIRST, Frame.ping("x").more(), LAST)
                .fails(1002);
    }

    private static void messages(CaseList cases) {
        String rule = "A message in two frames is one message.";
        cases.rule("fragmentation.two", rule, SECTION)
                .autobahn("5.3")
                .sendTogether(FIRST, LAST)
                .expect(WHOLE);
        cases.rule("fragmentation.two-framewise", rule, SECTION)
                .autobahn("5.4")
                .send(FIRST, LAST)
                .expect(WHOLE);
        cases.rule("fragmentation.two-bytewise", rule, SECTION)
                .autobahn("5.5")
                .sendChopped(1, FIRST, LAST)
                .expect(WHOLE);
        cases.rule("fragmentation.two-binary", rule, SECTION)
                .send(Frame.binary(new byte[] {0, 1}).more(), Frame.continuation(new byte[] {2, (byte) 0xFF}))
                .expect(Frame.binary(new byte[] {0, 1, 2, (byte) 0xFF}));
        String ping = "A ping inside a message is answered before the message is complete.";
        cases.rule("fragmentation.ping-between", ping, SECTION)
                .autobahn("5.6")
                .sendTogether(FIRST, Frame.ping("ping payload"), LAST)
                .expectPong("ping payload")
                .expect(WHOLE);
        cases.rule("fragmentation.ping-between-framewise", ping, SECTION)
                .autobahn("5.7")
                .send(FIRST, Frame.ping("ping payload"))
                .expectPong("ping payload")
                .send(LAST)
                .expect(WHOLE);
        cases.rule("fragmentation.ping-between-bytewise", ping, SECTION)
                .autobahn("5.8")
                .sendChopped(1, FIRST, Frame.ping("ping payload"), LAST)
                .expectPong("ping payload")
                .expect(WHOLE);
        cases.rule("fragmentation.pong-between", "A pong inside a message changes nothing.", SECTION)
                .send(FIRST, Frame.pong("unasked"), LAST)
                .expect(WHOLE);
        cases.rule("fragmentation.empty-frames", "Frames of a message may be empty.", SECTION)
                .send(
                        Frame.text("").more(),
                        Frame.continuation("").more(),
                        Frame.continuation("a").more(),
                        Frame.continuation("").more(),
                        Frame.continuation("b").more(),
                        Frame.continuation(""))
                .expect("ab");
        cases.rule("fragmentation.all-empty", "A message whose frames are all empty is an empty message.", SECTION)
                .send(Frame.binary(new byte[0]).more(), Frame.continuation("").more(), Frame.continuation(""))
                .expect(Frame.binary(new byte[0]));
        cases.rule(
                        "fragmentation.close-between",
                        "A close frame inside a message ends the connection.",
                        "RFC 6455 §5.5.1")
                .send(FIRST, Frame.close(1000, ""))
                .expectClose(1000);
    }

    private static void strays(CaseList cases) {
        String rule = "A continuation frame needs a message to continue.";
        cases.rule("fragmentation.stray-last", rule, SECTION)
                .autobahn("5.9")
                .sendTogether(STRAY, HELLO)
                .fails(1002);
        cases.rule("fragmentation.stray-last-framewise", rule, SECTION)
                .autobahn("5.10")
                .send(STRAY, HELLO)
                .fails(1002);
        cases.rule("fragmentation.stray-last-bytewise", rule, SECTION)
                .autobahn("5.11")
                .sendChopped(1, STRAY, HELLO)
                .fails(1002);
        cases.rule("fragmentation.stray-more", rule, SECTION)
                .autobahn("5.12")
                .sendTogether(STRAY.more(), HELLO)
                .fails(1002);
        cases.rule("fragmentation.stray-more-framewise", rule, SECTION)
                .autobahn("5.13")
                .send(STRAY.more(), HELLO)
                .fails(1002);
        cases.rule("fragmentation.stray-more-bytewise", rule, SECTION)
                .autobahn("5.14")
                .sendChopped(1, STRAY.more(), HELLO)
                .fails(1002);
        cases.rule("fragmentation.stray-after-message", rule, SECTION)
                .autobahn("5.15")
                .send(FIRST, LAST, Frame.continuation("fragment3").more(), Frame.text("fragment4"))
                .failsAfter(1, 1002);
        cases.rule("fragmentation.stray-more-twice", rule, SECTION)
                .autobahn("5.16")
                .send(
                        Frame.continuation("fragment1").more(),
                        Frame.text("fragment2").more(),
                        LAST,
                        Frame.continuation("fragment1").more(),
                        Frame.text("fragment2").more(),
                        LAST)
                .fails(1002);
        cases.rule("fragmentation.stray-last-twice", rule, SECTION)
                .autobahn("5.17")
                .send(
                        Frame.continuation("fragment1"),
                        Frame.text("fragment2").more(),
                        LAST,
                        Frame.continuation("fragment1"),
                        Frame.text("fragment2").more(),
                        LAST)
                .fails(1002);
        cases.rule("fragmentation.stray-empty", rule, SECTION)
                .send(Frame.continuation(""))
                .fails(1002);
        cases.rule("fragmentation.stray-after-ping", rule, SECTION)
                .send(Frame.ping("x"))
                .expectPong("x")
                .send(Frame.continuation("lo"))
                .fails(1002);
        cases.rule("fragmentation.stray-after-text", rule, SECTION)
                .echo(HELLO)
                .send(STRAY)
                .fails(1002);
    }

    private static void interleaved(CaseList cases) {
        String rule = "A message must end before the next one begins.";
        cases.rule("fragmentation.two-beginnings", rule, SECTION)
                .autobahn("5.18")
                .send(FIRST, Frame.text("fragment2"))
                .fails(1002);
        for (int second : new int[] {Opcode.TEXT, Opcode.BINARY}) {
            for (int first : new int[] {Opcode.TEXT, Opcode.BINARY}) {
                for (boolean more : new boolean[] {true, false}) {
                    Frame inside = Frame.of(second, Payloads.utf8("inside"));
                    cases.rule(
                                    "fragmentation." + Opcode.name(second) + (more ? "-more" : "") + "-in-"
                                            + Opcode.name(first),
                                    rule,
                                    SECTION)
                            .send(Frame.of(first, Payloads.utf8("outside")).more(), more ? inside.more() : inside)
                            .fails(1002);
                }
            }
        }
    }

    private static void many(CaseList cases) {
        Frame one = Frame.continuation("fragment2").more();
        cases.rule("fragmentation.five-with-pings", "Five frames with pings between them are one message.", SECTION)
                .autobahn("5.19")
                .send(FIRST, one, Frame.ping("pongme 1!"))
                .expectPong("pongme 1!")
                .pause(Duration.ofMillis(100))
                .send(
                        Frame.continuation("fragment3").more(),
                        Frame.continuation("fragment4").more(),
                        Frame.ping("pongme 2!"))
                .expectPong("pongme 2!")
                .send(Frame.continuation("fragment5"))
                .expect("fragment1fragment2fragment3fragment4fragment5");
        cases.rule("fragmentation.five-with-pings-bytewise", "The same byte by byte.", SECTION)
                .autobahn("5.20")
                .sendChopped(1, FIRST, one, Frame.ping("pongme 1!"))
                .expectPong("pongme 1!")
                .sendChopped(
                        1,
                        Frame.continuation("fragment3").more(),
                        Frame.continuation("fragment4").more(),
                        Frame.ping("pongme 2!"))
                .expectPong("pongme 2!")
                .sendChopped(1, Frame.continuation("fragment5"))
                .expect("fragment1fragment2fragment3fragment4fragment5");
        for (int size : new int[] {1, 2, 125, 126, 127, 1000}) {
            Frame message = Framing.message(true, 2000);
            cases.rule("fragmentation.size-" + size, "Frames of " + size + " bytes make a message of 2,000.", SECTION)
                    .echoLarge(true, 2000, " in frames of " + size, message::payload, CaseBuilder.fragmented(size));
        }
        Frame[] pings = new Frame[20];
        pings[0] = Frame.text("a").more();
        for (int i = 1; i < 20; i++) {
            pings[i] = Frame.ping("ping " + i);
        }
        cases.rule(
                        "fragmentation.many-pings-between",
                        "Any number of control frames may stand inside a message.",
                        SECTION)
                .sendTogether(pings)
                .expectPong("ping 19")
                .send(Frame.continuation("b"))
                .expect("ab");
    }
}
