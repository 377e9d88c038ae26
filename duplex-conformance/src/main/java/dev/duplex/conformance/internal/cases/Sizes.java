package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;

/** Large messages, and many of them. A limit of the peer's own is no fault. */
final class Sizes {
    private static final String SECTION = "RFC 6455 §10.4";
    private static final int KIB = 1024;
    private static final int MIB = 1024 * 1024;

    private Sizes() {}

    static void declare(CaseList cases) {
        int[] sizes = {64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB};
        for (boolean text : new boolean[] {true, false}) {
            for (int i = 0; i < sizes.length; i++) {
                large(cases, text, sizes[i], "", "", CaseBuilder.whole()).autobahn((text ? "9.1." : "9.2.") + (i + 1));
            }
        }
        for (boolean text : new boolean[] {true, false}) {
            for (int i = 0; i < 9; i++) {
                int frame = 64 << (2 * i);
                large(
                                cases,
                                text,
                                4 * MIB,
                                "-in-frames-of-" + frame,
                                " in frames of " + frame,
                                CaseBuilder.fragmented(frame))
                        .autobahn((text ? "9.3." : "9.4.") + (i + 1));
            }
        }
        for (boolean text : new boolean[] {true, false}) {
            for (int i = 0; i < 6; i++) {
                int piece = 64 << i;
                large(
                                cases,
                                text,
                                MIB,
                                "-in-pieces-of-" + piece,
                                " in segments of " + piece,
                                CaseBuilder.chopped(piece))
                        .autobahn((text ? "9.5." : "9.6.") + (i + 1));
            }
        }
        cases.rule(
                        "size.text-65536-in-frames-of-1300",
                        "A message in frames of 1,300 bytes comes back.",
                        "RFC 6455 §5.4")
                .autobahn("10.1.1")
                .echoLarge(
                        true, 65_536, " in frames of 1300", () -> Payloads.text(65_536), CaseBuilder.fragmented(1300));
        int[] small = {0, 16, 64, 256, 1024, 4096};
        for (boolean text : new boolean[] {true, false}) {
            for (int i = 0; i < small.length; i++) {
                Frame message = Framing.message(text, small[i]);
                cases.rule(
                                "size.round-trips-" + (text ? "text-" : "binary-") + small[i],
                                "A thousand messages of " + small[i] + " bytes come back, one after the other.",
                                "RFC 6455 §5.6")
                        .autobahn((text ? "9.7." : "9.8.") + (i + 1))
                        .roundTrips(1000, message);
            }
        }
    }

    private static CaseBuilder large(
            CaseList cases, boolean text, int size, String suffix, String how, CaseBuilder.LargeSend sender) {
        String kind = text ? "text" : "binary";
        return cases.rule(
                        "size." + kind + "-" + (size < MIB ? size / KIB + "k" : size / MIB + "m") + suffix,
                        "A message of " + (size < MIB ? size / KIB + " KiB" : size / MIB + " MiB") + how
                                + " comes back, unless the peer has a limit.",
                        SECTION)
                .echoLarge(text, size, how, () -> text ? Payloads.text(size) : Payloads.binary(size), sender);
    }
}
