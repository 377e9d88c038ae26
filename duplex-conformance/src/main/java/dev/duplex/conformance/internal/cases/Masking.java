package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;

/** Who masks, and with what. */
final class Masking {
    private static final String SECTION = "RFC 6455 §5.1";

    private Masking() {}

    static void declare(CaseList cases) {
        String rule = "Frames to a server are masked, frames to a client are not; anything else ends the connection.";
        cases.rule("masking.wrong-text", rule, SECTION)
                .sendWronglyMasked(Frame.text("Hello"))
                .fails(1002);
        cases.rule("masking.wrong-binary", rule, SECTION)
                .sendWronglyMasked(Frame.binary(Payloads.binary(200)))
                .fails(1002);
        cases.rule("masking.wrong-empty", rule, SECTION)
                .sendWronglyMasked(Frame.text(""))
                .fails(1002);
        cases.rule("masking.wrong-ping", rule, SECTION)
                .sendWronglyMasked(Frame.ping("Hello"))
                .fails(1002);
        cases.rule("masking.wrong-close", rule, SECTION)
                .sendWronglyMasked(Frame.close(1000, ""))
                .fails(1002);
        cases.rule("masking.wrong-second-fragment", rule, SECTION)
                .send(Frame.text("Hel").more())
                .sendWronglyMasked(Frame.continuation("lo"))
                .fails(1002);
        for (int key : new int[] {0, -1, 0x000000FF, 0xFF000000, 0x80808080, 0x20202020}) {
            cases.rule(
                            "masking.key-" + String.format("%08x", key),
                            "Any masking key will do, 0 as well.",
                            "RFC 6455 §5.3")
                    .only(PeerRole.SERVER)
                    .sendMaskedWith(key, Framing.message(true, 20))
                    .expect(Framing.message(true, 20))
                    .sendMaskedWith(key, Framing.message(false, 1003))
                    .expect(Framing.message(false, 1003));
        }
        for (int size = 1; size <= 17; size++) {
            cases.rule(
                            "masking.alignment-" + size,
                            "The key is applied to every byte, wherever a payload of " + size + " bytes is cut.",
                            "RFC 6455 §5.3")
                    .sendChopped(size % 5 + 1, Framing.message(false, size), Framing.message(true, size))
                    .expect(Framing.message(false, size))
                    .expect(Framing.message(true, size));
        }
    }
}
