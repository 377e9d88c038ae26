package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.Verdict;
import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.internal.DeflateTerms;
import dev.duplex.conformance.internal.deflate.Deflater;
import dev.duplex.conformance.wire.Frame;
import java.util.List;
import java.util.Map;

/** Compressed messages (RFC 7692): with every parameter, in every form of DEFLATE, and RSV1 where it must not be. */
final class DeflateMessages {
    private static final String SECTION = "RFC 7692 §7.2";
    private static final DeflateTerms PLAIN = DeflateTerms.DEFAULT;

    private DeflateMessages() {}

    static void declare(CaseList cases) {
        sizes(cases);
        windows(cases);
        contexts(cases);
        frames(cases);
        blocks(cases);
        corrupt(cases);
        bits(cases);
    }

    private static void sizes(CaseList cases) {
        int[] sizes = {16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072};
        for (int i = 0; i < sizes.length; i++) {
            int size = sizes[i];
            stream(
                    cases.rule("deflate.json-" + size, "Compressed JSON of " + size + " bytes comes back.", SECTION)
                            .autobahn("12.1." + (i + 1))
                            .deflate(PLAIN),
                    size);
        }
        for (int size : new int[] {0, 1, 2, 3, 10, 65_535, 65_537}) {
            stream(
                    cases.rule("deflate.json-" + size, "Compressed JSON of " + size + " bytes comes back.", SECTION)
                            .deflate(PLAIN),
                    size);
        }
        cases.rule("deflate.random", "What does not shrink comes back, too.", SECTION)
                .deflate(PLAIN)
                .echoCompressed(Frame.binary(Payloads.random(5000)))
                .echoCompressed(Frame.binary(Payloads.random(70_000)));
        cases.rule("deflate.zeros", "What shrinks a thousandfold comes back, too.", SECTION)
                .deflate(PLAIN)
                .echoCompressed(Frame.binary(new byte[200_000]));
    }

    private static void windows(CaseList cases) {
        Map<Integer, String> autobahn = Map.of(9, "13.3", 15, "13.4");
        for (int bits = 8; bits <= 15; bits++) {
            CaseBuilder peers = cases.rule(
                            "deflate.peer-window-" + bits,
                            "The peer keeps to a window of " + bits + " bits.",
                            "RFC 7692 §7.1.2")
                    .deflate(PLAIN.peerBits(bits));
            String number = autobahn.get(bits);
            if (number != null) {
                peers.autobahn(number);
            }
            stream(peers, 4096).echoCompressed(Frame.text(Payloads.json(7, 40_000)));
            stream(
                            cases.rule(
                                            "deflate.own-window-" + bits,
                                            "What was compressed with a window of " + bits + " bits comes back.",
                                            "RFC 7692 §7.1.2")
                                    .deflate(PLAIN.ownBits(bits)),
                            4096)
                    .echoCompressed(Frame.text(Payloads.json(7, 70_000)));
            stream(
                    cases.rule(
                                    "deflate.both-windows-" + bits,
                                    "Both keep to a window of " + bits + " bits, and forget it.",
                                    "RFC 7692 §7.1.2")
                            .deflate(PLAIN.ownBits(bits)
                                    .peerBits(bits)
                                    .ownForgets()
                                    .peerForgets()),
                    4096);
            edge(cases, bits);
        }
    }

    /** A repetition exactly as far back as the window reaches, in one message and across two. */
    private static void edge(CaseList cases, int bits) {
        byte[] first = Payloads.random(1 << bits);
        byte[] second = java.util.Arrays.copyOf(first, 200);
        cases.rule(
                        "deflate.window-edge-" + bits,
                        "A reference may reach back to the first byte of a window of " + bits + " bits.",
                        "RFC 7692 §7.1.2")
                .deflate(PLAIN.ownBits(bits))
                .echoCompressed(Frame.binary(Payloads.concat(first, second)));
        cases.rule(
                        "deflate.window-edge-across-" + bits,
                        "The same, from one message into the one before.",
                        "RFC 7692 §7.2.3.2")
                .deflate(PLAIN.ownBits(bits))
                .needsContext()
                .echoCompressed(Frame.binary(first))
                .echoCompressed(Frame.binary(second));
    }

    private static void contexts(CaseList cases) {
        stream(
                cases.rule("deflate.context", "References may reach into messages before.", "RFC 7692 §7.2.3.2")
                        .autobahn("13.1")
                        .deflate(PLAIN),
                2000);
        stream(
                cases.rule("deflate.peer-forgets", "The peer refers to no message before.", "RFC 7692 §7.1.1")
                        .autobahn("13.2")
                        .deflate(PLAIN.peerForgets()),
                2000);
        stream(
                cases.rule("deflate.own-forgets", "Messages without context takeover come back.", "RFC 7692 §7.1.1")
                        .deflate(PLAIN.ownForgets()),
                2000);
        stream(
                cases.rule(
                                "deflate.peer-forgets-window-9",
                                "The peer refers to no message before, within 9 bits.",
                                "RFC 7692 §7.1")
                        .autobahn("13.5")
                        .deflate(PLAIN.peerForgets().peerBits(9)),
                2000);
        stream(
                cases.rule("deflate.both-forget", "Neither refers to messages before.", "RFC 7692 §7.1.1")
                        .deflate(PLAIN.peerForgets().ownForgets()),
                2000);
        CaseBuilder mixed = cases.rule(
                        "deflate.uncompressed-between",
                        "Messages that are not compressed do not disturb the window.",
                        "RFC 7692 §6")
                .deflate(PLAIN);
        for (int i = 0; i < 4; i++) {
            mixed.echoCompressed(Frame.text(Payloads.json(i, 1500)))
                    .echo(Frame.text("not compressed " + i))
                    .echo(Frame.binary(Payloads.binary(300)));
        }
        CaseBuilder kinds = cases.rule("deflate.text-and-binary", "Text and binary share the window.", SECTION)
                .deflate(PLAIN);
        for (int i = 0; i < 4; i++) {
            kinds.echoCompressed(Frame.text(Payloads.json(i, 1000)))
                    .echoCompressed(Frame.binary(Payloads.json(i, 1000)));
        }
    }

    private static void frames(CaseList cases) {
        for (int size : new int[] {1, 7, 125, 126, 1000}) {
            cases.rule(
                            "deflate.frames-of-" + size,
                            "A compressed message may come in frames of " + size + " bytes; RSV1 is on the first.",
                            "RFC 7692 §6.1")
                    .deflate(PLAIN)
                    .sendCompressedIn(size, Frame.text(Payloads.json(1, size < 100 ? 600 : 20_000)))
                    .expect(Frame.text(Payloads.json(1, size < 100 ? 600 : 20_000)))
                    .sendCompressedIn(size, Frame.text(Payloads.json(1, 500)))
                    .expect(Frame.text(Payloads.json(1, 500)));
        }
        int[] autobahn = {256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768};
        for (int size : autobahn) {
            cases.rule(
                            "deflate.large-in-frames-of-" + size,
                            "A compressed message may come in frames of " + size + " bytes.",
                            "RFC 7692 §6.1")
                    .deflate(PLAIN)
                    .sendCompressedIn(size, Frame.binary(Payloads.random(131_072)))
                    .expect(Frame.binary(Payloads.random(131_072)));
        }
        byte[] hello = Payloads.hex("f248cdc9c90700");
        cases.rule(
                        "deflate.ping-between",
                        "Control frames inside a compressed message are not compressed.",
                        "RFC 7692 §6.1")
                .deflate(PLAIN)
                .send(part(hello, 0, 3).reserved(Frame.RSV1).more(), Frame.ping("between"))
                .expectPong("between")
                .send(Frame.continuation(java.util.Arrays.copyOfRange(hello, 3, 7)))
                .expect("Hello");
        cases.rule("deflate.empty-last-frame", "The last frame of a compressed message may be empty.", "RFC 7692 §6.1")
                .deflate(PLAIN)
                .send(Frame.text(hello).reserved(Frame.RSV1).more(), Frame.continuation(""))
                .expect("Hello");
        cases.rule(
                        "deflate.empty-first-frame",
                        "The first frame of a compressed message may be empty.",
                        "RFC 7692 §6.1")
                .deflate(PLAIN)
                .send(Frame.text("").reserved(Frame.RSV1).more(), Frame.continuation(hello))
                .expect("Hello");
    }

    private static Frame part(byte[] bytes, int from, int to) {
        return Frame.text(java.util.Arrays.copyOfRange(bytes, from, to));
    }

    private static void blocks(CaseList cases) {
        wire(
                cases,
                "one-block",
                "A message may be one block with fixed codes.",
                "RFC 7692 §7.2.3.1",
                "f248cdc9c90700",
                "Hello");
        wire(
                cases,
                "stored",
                "A message may be stored, not compressed.",
                "RFC 7692 §7.2.3.3",
                "000500faff48656c6c6f00",
                "Hello");
        wire(cases, "final", "A message may be a final block.", "RFC 7692 §7.2.3.4", "f348cdc9c9070000", "Hello");
        wire(
                cases,
                "two-blocks",
                "A message may be several blocks.",
                "RFC 7692 §7.2.3.5",
                "f248050000 00ffff cac9c90700",
                "Hello");
        wire(cases, "empty", "An empty message is one empty block.", "RFC 7692 §7.2.3.6", "00", "");
        wire(
                cases,
                "empty-fixed",
                "An empty message may be an empty block with fixed codes.",
                "RFC 7692 §7.2.3.6",
                "0200",
                "");
        cases.rule("deflate.block-window", "The second Hello may be a reference to the first.", "RFC 7692 §7.2.3.2")
                .deflate(PLAIN)
                .send(compressed("f248cdc9c90700"))
                .expect("Hello")
                .needsContext()
                .send(compressed("f200110000"))
                .expect("Hello");
        cases.rule(
                        "deflate.block-final-twice",
                        "After a final block the next message is read as before.",
                        "RFC 7692 §7.2.3.4")
                .deflate(PLAIN)
                .send(compressed("f348cdc9c9070000"))
                .expect("Hello")
                .send(compressed("f248cdc9c90700"))
                .expect("Hello");
        cases.rule(
                        "deflate.block-final-inside",
                        "Behind a final block others may follow in the same message.",
                        "RFC 7692 §7.2.1")
                .deflate(PLAIN)
                .send(Frame.text(Payloads.concat(
                                Deflater.finalBlock(Payloads.utf8("one ")),
                                Payloads.hex("0000ffff"),
                                new Deflater(15, false).message(Payloads.utf8("two"))))
                        .reserved(Frame.RSV1))
                .expect("one two");
        for (int size : new int[] {1, 1000, 65_535}) {
            cases.rule(
                            "deflate.block-stored-" + size,
                            "A message may be stored in blocks of " + size + " bytes.",
                            "RFC 7692 §7.2.3.3")
                    .deflate(PLAIN)
                    .send(Frame.binary(Deflater.stored(Payloads.random(size * 2 + 1), size))
                            .reserved(Frame.RSV1))
                    .expect(Frame.binary(Payloads.random(size * 2 + 1)));
        }
        cases.rule("deflate.block-dynamic", "A message may have codes of its own.", "RFC 1951 §3.2.7")
                .deflate(PLAIN.ownForgets())
                .send(Frame.text(zlib(Payloads.json(3, 20_000))).reserved(Frame.RSV1))
                .expect(Frame.text(Payloads.json(3, 20_000)));
    }

    /** What zlib makes of it, with codes of its own. */
    private static byte[] zlib(byte[] data) {
        java.util.zip.Deflater zlib = new java.util.zip.Deflater(9, true);
        try {
            zlib.setInput(data);
            byte[] out = new byte[data.length + 100];
            int size = zlib.deflate(out, 0, out.length, java.util.zip.Deflater.SYNC_FLUSH);
            return java.util.Arrays.copyOf(out, size - 4);
        } finally {
            zlib.end();
        }
    }

    private static void wire(CaseList cases, String name, String sentence, String section, String hex, String text) {
        cases.rule("deflate.block-" + name, sentence, section)
                .deflate(PLAIN)
                .send(compressed(hex))
                .expect(text);
    }

    private static Frame compressed(String hex) {
        return Frame.text(Payloads.hex(hex)).reserved(Frame.RSV1);
    }

    private static void corrupt(CaseList cases) {
        Map<String, String> broken = new java.util.LinkedHashMap<>();
        broken.put("reserved-block-type", "07ffff");
        broken.put("stored-length", "000500ffff48656c6c6f00");
        broken.put("distance-before-start", "f2001f0000");
        broken.put("garbage", "ffffffffffffff");
        broken.forEach((name, hex) -> cases.rule(
                        "deflate.corrupt-" + name, "What does not inflate fails the connection.", SECTION)
                .deflate(PLAIN)
                .send(compressed(hex))
                .fails(1002, 1007, 1003, 1011));
        cases.rule(
                        "deflate.corrupt-forgotten",
                        "What refers to a message before, against the agreement, fails the connection.",
                        "RFC 7692 §7.1.1")
                .deflate(PLAIN.ownForgets())
                .send(compressed("f248cdc9c90700"))
                .expect("Hello")
                .send(compressed("f200110000"))
                .failsOr(Verdict.INFORMATIONAL, 1002, 1007, 1003, 1011);
        // What is appended to it (§7.2.2) may well inflate to something, and no sentence demands to look closer.
        cases.rule("deflate.corrupt-cut", "A message that ends inside a block fails the connection.", SECTION)
                .deflate(PLAIN)
                .send(compressed("f248cdc9"))
                .failsOr(Verdict.NON_STRICT, 1002, 1007, 1003, 1011);
        cases.rule("deflate.invalid-utf8", "Text is checked after it is inflated.", "RFC 6455 §8.1")
                .deflate(PLAIN)
                .sendCompressed(Frame.text(Payloads.hex("61 eda080 62")))
                .fails(1007);
        cases.rule("deflate.truncated-utf8", "Text must not end inside a character, inflated.", "RFC 6455 §8.1")
                .deflate(PLAIN)
                .sendCompressed(Frame.text(Payloads.hex("61 e282")))
                .fails(1007);
    }

    private static void bits(CaseList cases) {
        String section = "RFC 7692 §6";
        byte[] hello = Payloads.hex("f248cdc9c90700");
        cases.rule("deflate.rsv1-on-continuation", "RSV1 is on the first frame of a message only.", section)
                .deflate(PLAIN)
                .send(
                        part(hello, 0, 3).reserved(Frame.RSV1).more(),
                        Frame.continuation(java.util.Arrays.copyOfRange(hello, 3, 7))
                                .reserved(Frame.RSV1))
                .fails(1002);
        cases.rule(
                        "deflate.rsv1-on-second-frame-only",
                        "RSV1 on a continuation frame means nothing and fails the connection.",
                        section)
                .deflate(PLAIN)
                .send(Frame.text("Hel").more(), Frame.continuation("lo").reserved(Frame.RSV1))
                .fails(1002);
        for (Frame frame : List.of(Frame.ping("x"), Frame.pong("x"), Frame.close(1000, ""))) {
            cases.rule(
                            "deflate.rsv1-on-" + dev.duplex.conformance.wire.Opcode.name(frame.opcode()),
                            "Control frames are not compressed: RSV1 fails the connection.",
                            section)
                    .deflate(PLAIN)
                    .send(frame.reserved(Frame.RSV1), Frame.ping("")) // for a pong, which is not answered
                    .fails(1002);
        }
        for (int bits : new int[] {1, 2, 3, 5, 6, 7}) {
            cases.rule("deflate.reserved-bits-" + bits, "RSV2 and RSV3 stay reserved.", "RFC 6455 §5.2")
                    .deflate(PLAIN)
                    .send(Frame.text(hello).reserved(bits))
                    .fails(1002);
        }
        cases.rule("deflate.rsv1-not-agreed", "Without the extension, RSV1 fails the connection.", "RFC 6455 §5.2")
                .send(compressed("f248cdc9c90700"))
                .fails(1002);
    }

    /** Several messages of this size, each one different. */
    private static CaseBuilder stream(CaseBuilder rule, int size) {
        int messages = Math.max(2, Math.min(20, 100_000 / Math.max(1, size)));
        for (int i = 0; i < messages; i++) {
            rule.echoCompressed(Frame.text(Payloads.json(i, size)));
        }
        return rule;
    }
}
