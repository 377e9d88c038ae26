package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.Opcode;
import java.util.Map;

/** The closing handshake. */
final class Closing {
    private static final String SECTION = "RFC 6455 §5.5.1";
    private static final String CODES = "RFC 6455 §7.4";

    private Closing() {}

    static void declare(CaseList cases) {
        order(cases);
        payloads(cases);
        rightCodes(cases);
        wrongCodes(cases);
    }

    private static void order(CaseList cases) {
        Frame bye = Frame.close(1000, "");
        cases.rule("close.after-message", "A close frame is answered by one.", SECTION)
                .autobahn("7.1.1")
                .echo(Frame.text("Hello World!"))
                .send(bye)
                .expectClose(1000);
        cases.rule("close.at-once", "A connection may be closed before anything was sent.", SECTION)
                .send(bye)
                .expectClose(1000);
        cases.rule("close.twice", "What comes after a close frame is ignored, another one too.", "RFC 6455 §1.4")
                .autobahn("7.1.2")
                .sendTogether(bye, bye)
                .expectClose(1000);
        cases.rule("close.ping-after", "What comes after a close frame is ignored, a ping too.", "RFC 6455 §1.4")
                .autobahn("7.1.3")
                .sendTogether(bye, Frame.ping(""))
                .expectClose(1000);
        cases.rule("close.text-after", "What comes after a close frame is ignored, a text too.", "RFC 6455 §1.4")
                .autobahn("7.1.4")
                .sendTogether(bye, Frame.text("not to be read"))
                .expectClose(1000);
        cases.rule("close.inside-message", "A close frame inside a message ends the connection.", "RFC 6455 §5.4")
                .autobahn("7.1.5")
                .sendTogether(Frame.text("fragment1").more(), bye, Frame.continuation("fragment2"))
                .expectClose(1000);
        cases.rule("close.after-large-message", "A close frame behind a large message is answered.", SECTION)
                .autobahn("7.1.6")
                .sendTogether(Frame.text(Payloads.text(262_144)), Frame.text("Hello World!"), bye, Frame.ping(""))
                .expectClose(1000);
        cases.rule(
                        "close.violation-after",
                        "What comes after a close frame is ignored, a broken frame too.",
                        "RFC 6455 §1.4")
                .sendTogether(bye, Frame.text("x").reserved(7))
                .expectClose(1000);
        cases.rule("close.bytewise", "A close frame may arrive byte by byte.", SECTION)
                .sendChopped(1, Frame.close(1000, "bye"))
                .expectClose(1000);
        cases.rule("close.with-pings-before", "Pings before a close frame do not delay its answer.", SECTION)
                .sendTogether(Frame.ping("a"), Frame.ping("b"), bye)
                .expectClose(1000);
    }

    private static void payloads(CaseList cases) {
        cases.rule("close.empty", "A close frame without a code is answered.", SECTION)
                .autobahn("7.3.1")
                .send(Frame.close())
                .expectClose(1000, 1005);
        cases.rule("close.one-byte", "A close payload of one byte fails the connection.", SECTION)
                .autobahn("7.3.2")
                .send(Frame.of(Opcode.CLOSE, Payloads.utf8("a")))
                .fails(1002);
        cases.rule("close.code-only", "A close frame may have a code alone.", SECTION)
                .autobahn("7.3.3")
                .send(Frame.close(1000, ""))
                .expectClose(1000);
        cases.rule("close.reason", "A close frame may have a reason.", SECTION)
                .autobahn("7.3.4")
                .send(Frame.close(1000, "Hello World!"))
                .expectClose(1000);
        cases.rule("close.reason-123", "A reason has up to 123 bytes.", "RFC 6455 §5.5")
                .autobahn("7.3.5")
                .send(Frame.close(1000, Payloads.text(123)))
                .expectClose(1000);
        cases.rule("close.reason-124", "A reason of 124 bytes fails the connection.", "RFC 6455 §5.5")
                .autobahn("7.3.6")
                .send(Frame.close(1000, Payloads.text(124)))
                .fails(1002);
        cases.rule("close.reason-utf8", "A reason is UTF-8.", SECTION)
                .send(Frame.close(1000, "Grüße 世界 🙂"))
                .expectClose(1000);
        String rule = "A reason that is not UTF-8 fails the connection.";
        cases.rule("close.reason-not-utf8", rule, SECTION)
                .autobahn("7.5.1")
                .send(Frame.close(1000, Payloads.hex("cebae1bdb9cf83cebcceb5 eda080 656469746564")))
                .fails(1002, 1007);
        for (String hex : new String[] {"ff", "c0af", "e282", "f4908080"}) {
            cases.rule("close.reason-" + hex, rule, SECTION)
                    .send(Frame.close(1000, Payloads.hex(hex)))
                    .fails(1002, 1007);
        }
    }

    private static void rightCodes(CaseList cases) {
        int[] codes = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999};
        for (int i = 0; i < codes.length; i++) {
            code(cases, codes[i])
                    .autobahn("7.7." + (i + 1))
                    .send(Frame.close(codes[i], ""))
                    .expectClose(codes[i]);
        }
        // Registered after RFC 6455: who does not know them yet is not wrong.
        for (int code : new int[] {1012, 1013, 1014}) {
            code(cases, code).send(Frame.close(code, "")).expectCloseOrFailure(code, 1002);
        }
        code(cases, 4321, "-with-reason")
                .send(Frame.close(4321, "for a reason"))
                .expectClose(4321);
    }

    private static CaseBuilder code(CaseList cases, int code) {
        return code(cases, code, "");
    }

    private static CaseBuilder code(CaseList cases, int code, String suffix) {
        return cases.rule(
                "close.code-" + code + suffix, "Close code " + code + " is answered, typically by itself.", CODES);
    }

    private static void wrongCodes(CaseList cases) {
        Map<Integer, String> autobahn = Map.of(0, "7.9.1", 999, "7.9.2", 1004, "7.9.3", 1005, "7.9.4", 1006, "7.9.5");
        for (int code : new int[] {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999}) {
            CaseBuilder rule = cases.rule("close.code-" + code, "Close code " + code + " must not be sent.", CODES);
            String number = autobahn.get(code);
            if (number != null) {
                rule.autobahn(number);
            }
            rule.send(Frame.close(code, "")).fails(1002);
        }
        // RFC 6455 §7.4.2 says nothing of these.
        for (int code : new int[] {5000, 65_535}) {
            cases.rule("close.code-" + code, "Close code " + code + " is not defined.", "RFC 6455 §7.4.2")
                    .autobahn(code == 5000 ? "7.13.1" : "7.13.2")
                    .send(Frame.close(code, ""))
                    .expectCloseOrFailure(code, 1002);
        }
        cases.rule("close.reset", "A connection that is cut does not disturb others.", "RFC 6455 §7.1.1")
                .only(PeerRole.SERVER)
                .echo(Frame.text("Hello"))
                .send(Frame.text("cut").declaring(1000))
                .endOutput()
                .expectGone();
        cases.rule("close.one-byte-bytewise", "A close payload of one byte fails the connection.", SECTION)
                .sendChopped(1, Frame.of(Opcode.CLOSE, new byte[1]))
                .failsOr(Verdict.FAIL, 1002);
    }
}
