package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import java.util.Map;

/** RSV1, RSV2 and RSV3 without an extension that defines them. */
final class ReservedBits {
    private static final String SECTION = "RFC 6455 §5.2";

    private ReservedBits() {}

    static void declare(CaseList cases) {
        Map<String, Frame> frames = new java.util.LinkedHashMap<>();
        frames.put("text", Frame.text("Hello, world!"));
        frames.put("binary", Frame.binary(Payloads.hex("00 ff fe fd fc fb 00 ff")));
        frames.put("ping", Frame.ping("Hello, world!"));
        frames.put("pong", Frame.pong("Hello, world!"));
        frames.put("close", Frame.close(1000, ""));
        Map<String, String> autobahn = Map.of("1-text", "3.1", "5-binary", "3.5", "6-ping", "3.6", "7-close", "3.7");
        for (int bits = 1; bits <= 7; bits++) {
            int set = bits;
            frames.forEach((kind, frame) -> {
                CaseBuilder rule = rule(cases, set + "-" + kind, set);
                String number = autobahn.get(set + "-" + kind);
                if (number != null) {
                    rule.autobahn(number);
                }
                rule.send(frame.reserved(set));
                // A pong is not answered: only what comes after it shows whether the connection goes on.
                (kind.equals("pong") ? rule.send(Frame.ping("")) : rule).fails(1002);
            });
            rule(cases, set + "-continuation", set)
                    .send(Frame.text("Hel").more(), Frame.continuation("lo").reserved(set))
                    .fails(1002);
        }
        rule(cases, "2-after-text", 2)
                .autobahn("3.2")
                .send(Frame.text("Hello, world!"), Frame.text("Hello, world!").reserved(2), Frame.ping(""))
                .failsAfter(1, 1002);
        rule(cases, "3-after-text", 3)
                .autobahn("3.3")
                .send(Frame.text("Hello, world!"))
                .expect("Hello, world!")
                .send(Frame.text("Hello, world!").reserved(3), Frame.ping(""))
                .fails(1002);
        rule(cases, "4-after-text-chopped", 4)
                .autobahn("3.4")
                .sendChopped(1, Frame.text("Hello, world!"))
                .expect("Hello, world!")
                .sendChopped(1, Frame.text("Hello, world!").reserved(4), Frame.ping(""))
                .fails(1002);
        rule(cases, "7-empty", 7).send(Frame.text("").reserved(7)).fails(1002);
    }

    private static CaseBuilder rule(CaseList cases, String name, int bits) {
        String names =
                ((bits & 4) != 0 ? "RSV1 " : "") + ((bits & 2) != 0 ? "RSV2 " : "") + ((bits & 1) != 0 ? "RSV3 " : "");
        return cases.rule(
                "reserved-bits." + name,
                "A frame with " + names.strip().replace(" ", " and ") + " fails the connection.",
                SECTION);
    }
}
