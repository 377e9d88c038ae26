package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseBuilder;
import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** UTF-8 in text messages: every class of right and wrong, and how soon wrong is found. */
final class Utf8Texts {
    private static final String SECTION = "RFC 6455 §8.1";
    private static final String GREEK = "κόσμε";

    private Utf8Texts() {}

    static void declare(CaseList cases) {
        fragments(cases);
        failFast(cases);
        boundaries(cases);
        malformed(cases);
        overlong(cases);
        surrogates(cases);
        nonCharacters(cases);
        truncated(cases);
        traps(cases);
    }

    private static void fragments(CaseList cases) {
        valid(cases, "empty", "6.1.1", "");
        cases.rule("utf8.three-empty-frames", "Empty frames are an empty text.", SECTION)
                .autobahn("6.1.2")
                .send(Frame.text("").more(), Frame.continuation("").more(), Frame.continuation(""))
                .expect("");
        cases.rule("utf8.middle-frame", "Text may come in the middle frame only.", SECTION)
                .autobahn("6.1.3")
                .send(
                        Frame.text("").more(),
                        Frame.continuation("middle frame payload").more(),
                        Frame.continuation(""))
                .expect("middle frame payload");
        valid(cases, "latin", "6.2.1", "Hello-µ@ßöäüàá-UTF-8!!");
        bytewise(cases, "latin-frame-per-byte", "6.2.3", "Hello-µ@ßöäüàá-UTF-8!!");
        bytewise(cases, "greek-frame-per-byte", "6.2.4", GREEK);
        byte[] latin = Payloads.utf8("Hello-µ@ßöäüàá-UTF-8!!");
        cases.rule("utf8.latin-two-frames", "A character may be cut by the end of a frame.", SECTION)
                .autobahn("6.2.2")
                .send(
                        Frame.text(Arrays.copyOf(latin, 13)).more(),
                        Frame.continuation(Arrays.copyOfRange(latin, 13, latin.length)))
                .expect(Frame.text(latin));
        for (String character : List.of("é", "€", "𝄞")) {
            byte[] bytes = Payloads.utf8("a" + character + "b");
            for (int cut = 2; cut < bytes.length - 1; cut++) {
                cases.rule(
                                "utf8.cut-" + (bytes.length - 2) + "-byte-character-at-" + (cut - 1),
                                "A character of " + (bytes.length - 2)
                                        + " bytes may be cut by the end of a frame, and a ping come between.",
                                SECTION)
                        .send(Frame.text(Arrays.copyOf(bytes, cut)).more(), Frame.ping("between"))
                        .expectPong("between")
                        .send(Frame.continuation(Arrays.copyOfRange(bytes, cut, bytes.length)))
                        .expect(Frame.text(bytes));
            }
        }
        cases.rule("utf8.invalid-whole", "Text that is not UTF-8 fails the connection.", SECTION)
                .autobahn("6.3.1")
                .send(Frame.text(Payloads.hex("cebae1bdb9cf83cebcceb5 eda080 656469746564")))
                .fails(1007);
        byte[] bad = Payloads.hex("cebae1bdb9cf83cebcceb5eda080656469746564");
        cases.rule(
                        "utf8.invalid-frame-per-byte",
                        "Text that is not UTF-8 fails the connection, in any frames.",
                        SECTION)
                .autobahn("6.3.2")
                .sendTogether(frames(bad, 1))
                .fails(1007);
    }

    private static void failFast(CaseList cases) {
        String rule = "The connection fails at the first byte that no text can have there.";
        cases.rule("utf8.fail-fast-frame-too-large", rule, SECTION)
                .autobahn("6.4.1")
                .send(Frame.text(GREEK).more())
                .failsFast(Frame.continuation(Payloads.hex("f4 90 80 80")).more(), Frame.continuation("edited"), 1007);
        cases.rule("utf8.fail-fast-frame-cut-character", rule, SECTION)
                .autobahn("6.4.2")
                .send(Frame.text(Payloads.concat(Payloads.utf8(GREEK), Payloads.hex("f4")))
                        .more())
                .failsFast(
                        Frame.continuation(Payloads.hex("90")).more(),
                        Frame.continuation(Payloads.hex("80 80 656469746564")),
                        1007);
        cases.rule("utf8.fail-fast-bytes", rule, SECTION)
                .autobahn("6.4.3")
                .failsFast(
                        Frame.text(Payloads.concat(Payloads.utf8(GREEK), Payloads.hex("f4908080656469746564"))),
                        15,
                        1007);
        cases.rule("utf8.fail-fast-bytes-cut-character", rule, SECTION)
                .autobahn("6.4.4")
                .failsFast(
                        Frame.text(Payloads.concat(Payloads.utf8(GREEK), Payloads.hex("f4908080656469746564"))),
                        13,
                        1007);
        cases.rule("utf8.fail-fast-ff", rule, SECTION)
                .failsFast(Frame.text(Payloads.concat(Payloads.hex("ff"), new byte[99])), 1, 1007);
        cases.rule("utf8.fail-fast-first-frame", rule, SECTION)
                .failsFast(Frame.text(Payloads.hex("c0")).more(), Frame.continuation(""), 1007);
        cases.rule("utf8.fail-fast-surrogate", rule, SECTION)
                .send(Frame.text(Payloads.hex("ed")).more())
                .failsFast(Frame.continuation(Payloads.hex("a0")).more(), Frame.continuation(Payloads.hex("80")), 1007);
        cases.rule("utf8.fail-fast-before-ping", rule, SECTION)
                .send(Frame.text("good ").more(), Frame.ping("between"))
                .expectPong("between")
                .failsFast(Frame.continuation(Payloads.hex("fe")).more(), Frame.continuation(""), 1007);
        cases.rule("utf8.fail-fast-in-large-frame", rule, SECTION)
                .failsFast(
                        Frame.text(Payloads.concat(Payloads.text(40_000), Payloads.hex("80"), Payloads.text(20_000))),
                        40_001,
                        1007);
    }

    /** First and last characters of each length, and the edges between the classes. */
    private static void boundaries(CaseList cases) {
        String[] first = {"00", "c280", "e0a080", "f0908080"};
        for (int i = 0; i < first.length; i++) {
            valid(cases, "first-of-" + (i + 1) + "-bytes", "6.7." + (i + 1), Payloads.hex(first[i]));
        }
        String[] firstTooLong = {"f888808080", "fc8480808080"};
        for (int i = 0; i < 2; i++) {
            invalid(cases, "first-of-" + (i + 5) + "-bytes", "6.8." + (i + 1), firstTooLong[i]);
        }
        String[] last = {"7f", "dfbf", "efbfbf", "f48fbfbf"};
        for (int i = 0; i < last.length; i++) {
            valid(cases, "last-of-" + (i + 1) + "-bytes", "6.9." + (i + 1), Payloads.hex(last[i]));
        }
        String[] lastTooLarge = {"f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"};
        for (int i = 0; i < 3; i++) {
            invalid(cases, "too-large-of-" + (i + 4) + "-bytes", "6.10." + (i + 1), lastTooLarge[i]);
        }
        String[] others = {"ed9fbf", "ee8080", "efbfbd", "f48fbfbf"};
        for (int i = 0; i < others.length; i++) {
            valid(cases, "edge-" + others[i], "6.11." + (i + 1), Payloads.hex(others[i]));
        }
        invalid(cases, "edge-f4908080", "6.11.5", "f4908080");
    }

    private static void malformed(CaseList cases) {
        StringBuilder all = new StringBuilder();
        for (int octet = 0x80; octet <= 0xBF; octet++) {
            all.append(Integer.toHexString(octet));
        }
        String[] continuations = {"80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", all.toString()
        };
        for (int i = 0; i < continuations.length; i++) {
            invalid(cases, "continuation-bytes-" + (i + 1), "6.12." + (i + 1), continuations[i]);
        }
        int[][] starts = {{0xC0, 0xDF}, {0xE0, 0xEF}, {0xF0, 0xF7}, {0xF8, 0xFB}, {0xFC, 0xFD}};
        for (int i = 0; i < starts.length; i++) {
            StringBuilder lonely = new StringBuilder();
            for (int octet = starts[i][0]; octet <= starts[i][1]; octet++) {
                lonely.append(Integer.toHexString(octet)).append("20");
            }
            invalid(cases, "lonely-start-of-" + (i + 2) + "-bytes", "6.13." + (i + 1), lonely.toString());
        }
        String[] missing = {
            "c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"
        };
        for (int i = 0; i < missing.length; i++) {
            invalid(cases, "last-byte-missing-" + missing[i], "6.14." + (i + 1), missing[i]);
        }
        invalid(cases, "last-bytes-missing-all", "6.15.1", String.join("", missing));
        String[] impossible = {"fe", "ff", "fefeffff"};
        for (int i = 0; i < impossible.length; i++) {
            invalid(cases, "impossible-" + impossible[i], "6.16." + (i + 1), impossible[i]);
        }
        for (String octet : List.of("f5", "f6", "f7", "f8", "f9", "fa", "fb", "fc", "fd")) {
            invalid(cases, "impossible-" + octet, null, octet + "808080");
        }
    }

    private static void overlong(CaseList cases) {
        String[][] families = {
            {"slash", "6.17", "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"},
            {"maximum", "6.18", "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"},
            {"nul", "6.19", "c080", "e08080", "f0808080", "f880808080", "fc8080808080"}
        };
        for (String[] family : families) {
            for (int i = 2; i < family.length; i++) {
                invalid(cases, "overlong-" + family[0] + "-" + i, family[1] + "." + (i - 1), family[i]);
            }
        }
    }

    private static void surrogates(CaseList cases) {
        String[] single = {"eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"};
        for (int i = 0; i < single.length; i++) {
            invalid(cases, "surrogate-" + single[i], "6.20." + (i + 1), single[i]);
        }
        String[] paired = {
            "eda080edb080",
            "eda080edbfbf",
            "edadbfedb080",
            "edadbfedbfbf",
            "edae80edb080",
            "edae80edbfbf",
            "edafbfedb080",
            "edafbfedbfbf"
        };
        for (int i = 0; i < paired.length; i++) {
            invalid(cases, "surrogates-" + paired[i], "6.21." + (i + 1), paired[i]);
        }
    }

    private static void nonCharacters(CaseList cases) {
        int number = 1;
        for (int plane = 0; plane <= 16; plane++) {
            for (int last = 0xFFFE; last <= 0xFFFF; last++) {
                String character = Character.toString(plane << 16 | last);
                valid(cases, "noncharacter-" + Integer.toHexString(plane << 16 | last), "6.22." + number++, character);
            }
        }
        for (int i = 0; i < 7; i++) {
            valid(
                    cases,
                    "special-" + Integer.toHexString(0xFFF9 + i),
                    "6.23." + (i + 1),
                    Character.toString(0xFFF9 + i));
        }
        valid(cases, "byte-order-mark", null, "\uFEFFtext");
        valid(cases, "noncharacter-fdd0", null, "\uFDD0\uFDEF");
        valid(cases, "controls", null, "\u0000\u0001\t\r\n\u001B\u007F\u0080\u009F\u2028\u202E");
        valid(cases, "every-plane", null, planes());
    }

    private static String planes() {
        StringBuilder planes = new StringBuilder();
        for (int plane = 0; plane <= 16; plane++) {
            planes.appendCodePoint(plane << 16 | 0x0100);
        }
        return planes.toString();
    }

    /** A message that ends inside a character: whole, in two frames, and with an empty frame at its end. */
    private static void truncated(CaseList cases) {
        for (String start : List.of("c3", "e2", "e282", "f0", "f09d", "f09d84")) {
            byte[] bytes = Payloads.concat(Payloads.utf8("abc"), Payloads.hex(start));
            invalid(cases, "truncated-" + start, null, "616263" + start);
            cases.rule("utf8.truncated-" + start + "-then-empty", "A text must not end inside a character.", SECTION)
                    .send(Frame.text(bytes).more(), Frame.continuation(""))
                    .fails(1007);
        }
        cases.rule("utf8.truncated-then-next", "A character must not go on in the next message.", SECTION)
                .sendTogether(Frame.text(Payloads.hex("e282")), Frame.text(Payloads.hex("ac")))
                .fails(1007);
        cases.rule("utf8.binary-is-free", "Binary messages are not checked.", "RFC 6455 §5.6")
                .echo(Frame.binary(Payloads.hex("eda080 fe ff c0af")));
        cases.rule(
                        "utf8.binary-in-frames-is-free",
                        "Binary messages are not checked, nor is text after them confused.",
                        "RFC 6455 §5.6")
                .send(Frame.binary(Payloads.hex("e2")).more(), Frame.continuation(Payloads.hex("ff")))
                .expect(Frame.binary(Payloads.hex("e2ff")))
                .echo(Frame.text("€"));
    }

    /** Where validators take words at a time. */
    private static void traps(CaseList cases) {
        invalid(cases, "ascii-inside-character", null, "61616161616161 e2 6262626262626262 82ac");
        for (int offset = 0; offset < 16; offset++) {
            byte[] text = Payloads.text(32);
            byte[] good = Payloads.concat(Arrays.copyOf(text, offset), Payloads.utf8("é"), Arrays.copyOf(text, 24));
            byte[] bad = Payloads.concat(Arrays.copyOf(text, offset), Payloads.hex("e9"), Arrays.copyOf(text, 24));
            valid(cases, "offset-" + offset, null, good);
            invalid(
                    cases,
                    "offset-" + offset + "-latin1",
                    null,
                    java.util.HexFormat.of().formatHex(bad));
        }
        valid(cases, "long-mixed", null, "Grüße, 世界, мир, 🙂 ".repeat(1000));
        cases.rule("utf8.long-mixed-chopped", "A long text may arrive in pieces that cut characters.", SECTION)
                .sendChopped(1001, Frame.text("Grüße, 世界, мир, 🙂 ".repeat(400)))
                .expect(Frame.text("Grüße, 世界, мир, 🙂 ".repeat(400)));
        cases.rule("utf8.long-mixed-frames", "A long text may come in frames that cut characters.", SECTION)
                .sendTogether(frames(Payloads.utf8("Grüße, 世界, мир, 🙂 ".repeat(20)), 7))
                .expect(Frame.text("Grüße, 世界, мир, 🙂 ".repeat(20)));
    }

    private static void valid(
            CaseList cases, String name, @org.jspecify.annotations.Nullable String autobahn, String text) {
        valid(cases, name, autobahn, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void valid(
            CaseList cases, String name, @org.jspecify.annotations.Nullable String autobahn, byte[] text) {
        CaseBuilder rule = cases.rule("utf8.valid-" + name, "This text is UTF-8 and comes back.", SECTION);
        if (autobahn != null) {
            rule.autobahn(autobahn);
        }
        rule.echo(Frame.text(text));
    }

    private static void bytewise(CaseList cases, String name, String autobahn, String text) {
        cases.rule("utf8." + name, "A text may come in frames of one byte.", SECTION)
                .autobahn(autobahn)
                .sendTogether(frames(Payloads.utf8(text), 1))
                .expect(Frame.text(text));
    }

    private static void invalid(
            CaseList cases, String name, @org.jspecify.annotations.Nullable String autobahn, String hex) {
        CaseBuilder rule = cases.rule("utf8.invalid-" + name, "Text that is not UTF-8 fails the connection.", SECTION);
        if (autobahn != null) {
            rule.autobahn(autobahn);
        }
        rule.send(Frame.text(Payloads.hex(hex))).fails(1007);
    }

    static Frame[] frames(byte[] payload, int size) {
        Frame[] frames = new Frame[(payload.length + size - 1) / size];
        for (int i = 0; i < frames.length; i++) {
            byte[] part = Arrays.copyOfRange(payload, i * size, Math.min(payload.length, (i + 1) * size));
            Frame frame = i == 0 ? Frame.text(part) : Frame.continuation(part);
            frames[i] = i < frames.length - 1 ? frame.more() : frame;
        }
        return frames;
    }
}
