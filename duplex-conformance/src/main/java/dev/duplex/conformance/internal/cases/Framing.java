package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.Opcode;
import java.util.Arrays;
import java.util.List;

/** Messages in one frame, and the lengths of frames. */
final class Framing {
    private static final String LENGTH = "RFC 6455 §5.2";

    private Framing() {}

    static void declare(CaseList cases) {
        lengths(cases);
        cuts(cases);
        forms(cases);
        broken(cases);
    }

    private static void lengths(CaseList cases) {
        int[] sizes = {0, 125, 126, 127, 128, 65_535, 65_536};
        for (boolean text : new boolean[] {true, false}) {
            String kind = text ? "text" : "binary";
            for (int i = 0; i < sizes.length; i++) {
                int size = sizes[i];
                cases.rule(
                                "framing." + kind + "-" + size,
                                "A " + kind + " message of " + size + " bytes comes back.",
                                LENGTH)
                        .autobahn("1." + (text ? 1 : 2) + "." + (i + 1))
                        .echo(message(text, size));
            }
            cases.rule("framing." + kind + "-65536-chopped", "A frame may arrive in any pieces.", "RFC 6455 §5.4")
                    .autobahn("1." + (text ? 1 : 2) + ".8")
                    .sendChopped(997, message(text, 65_536))
                    .expect(message(text, 65_536));
        }
        for (int size : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 124, 255, 256, 65_534, 65_537}) {
            cases.rule("framing.length-" + size, "A message of " + size + " bytes comes back.", LENGTH)
                    .echo(message(true, size))
                    .echo(message(false, size));
        }
    }

    private static void cuts(CaseList cases) {
        for (int size : new int[] {5, 126, 65_536}) {
            Frame frame = message(true, size);
            int header = 2 + frame.lengthBytes() + 4;
            for (int cut = 1; cut <= header; cut++) {
                int at = cut;
                cases.rule(
                                "framing.cut-" + size + "-at-" + cut,
                                "The header of a frame of " + size + " bytes may be cut after byte " + cut + ".",
                                "RFC 6455 §5.2")
                        .sendCut(at, frame)
                        .expect(frame);
            }
        }
        cases.rule("framing.bytewise", "Frames may arrive byte by byte.", "RFC 6455 §5.4")
                .sendChopped(1, Frame.text("Hello"), Frame.ping("p"), Frame.binary(new byte[] {1, 2, 3}))
                .expectPong("p")
                .expect("Hello")
                .expect(Frame.binary(new byte[] {1, 2, 3}));
        Frame[] many = new Frame[100];
        Arrays.setAll(many, i -> Frame.text("message " + i));
        CaseBuilder together = cases.rule(
                        "framing.many-in-one-segment",
                        "Many frames may arrive at once, and are answered in order.",
                        "RFC 6455 §5.4")
                .sendTogether(many);
        List.of(many).forEach(together::expect);
    }

    private static void forms(CaseList cases) {
        for (int size : new int[] {0, 1, 5, 125}) {
            nonMinimal(cases, size, 2);
            nonMinimal(cases, size, 8);
        }
        for (int size : new int[] {126, 127, 65_535}) {
            nonMinimal(cases, size, 8);
        }
    }

    private static void nonMinimal(CaseList cases, int size, int lengthBytes) {
        // The sentence binds the sender; what a receiver does with such a frame is left open.
        cases.rule(
                        "framing.long-form-" + lengthBytes + "-of-" + size,
                        "A length of " + size + " not in its shortest form may be refused.",
                        "RFC 6455 §5.2")
                .send(message(true, size).lengthBytes(lengthBytes))
                .failsOr(Verdict.INFORMATIONAL, 1002);
    }

    private static void broken(CaseList cases) {
        for (long length : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 5, -1}) {
            cases.rule(
                            "framing.length-overflow-" + Long.toHexString(length),
                            "The most significant bit of a 64-bit length must be 0.",
                            LENGTH)
                    .send(Frame.text("Hello").declaring(length))
                    // The sentence binds the sender; a receiver may wait for so many bytes.
                    .failsNowOr(Verdict.NON_STRICT, 1002, 1009);
        }
        cases.rule(
                        "framing.huge-length",
                        "A frame that declares 2^63-1 bytes takes no memory, and may be refused.",
                        "RFC 6455 §10.4")
                .send(Frame.binary(new byte[10]).declaring(Long.MAX_VALUE))
                .mayRefuse()
                .endOutput()
                .expectGone();
        cases.rule("framing.ends-in-header", "A connection that ends inside a header is over.", "RFC 6455 §7.1.1")
                .sendBytes(new byte[] {(byte) 0x81}, "the first byte of a frame")
                .endOutput()
                .expectGone();
        cases.rule("framing.ends-in-payload", "A connection that ends inside a payload is over.", "RFC 6455 §7.1.1")
                .send(Frame.text("Hello").declaring(100))
                .endOutput()
                .expectGone();
        cases.rule(
                        "framing.ends-between-frames",
                        "A connection that ends without a close frame is over.",
                        "RFC 6455 §7.1.1")
                .echo(Frame.text("Hello"))
                .endOutput()
                .expectGone();
        cases.rule("framing.empty-messages", "Empty messages come back, each one.", "RFC 6455 §5.6")
                .echo(Frame.of(Opcode.TEXT, new byte[0]))
                .echo(Frame.of(Opcode.BINARY, new byte[0]))
                .echo(Frame.of(Opcode.TEXT, new byte[0]))
                .staysOpen();
    }

    static Frame message(boolean text, int size) {
        return text ? Frame.text(Payloads.text(size)) : Frame.binary(Payloads.binary(size));
    }
}
