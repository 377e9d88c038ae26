package dev.duplex.conformance.internal.cases;

import dev.duplex.conformance.internal.CaseList;
import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.Opcode;

/** Opcodes that are reserved. */
final class Opcodes {
    private static final String SECTION = "RFC 6455 §5.2";

    private Opcodes() {}

    static void declare(CaseList cases) {
        for (int opcode = 0; opcode < 16; opcode++) {
            if (Opcode.isReserved(opcode)) {
                declare(cases, opcode);
            }
        }
    }

    private static void declare(CaseList cases, int opcode) {
        String name = "opcode." + Integer.toHexString(opcode);
        String rule = "A frame with the reserved opcode "
                + Integer.toHexString(opcode).toUpperCase(java.util.Locale.ROOT) + " fails the connection.";
        boolean control = Opcode.isControl(opcode);
        String group = control ? "4.2." : "4.1.";
        int place = control ? opcode - 10 : opcode - 2;
        Frame empty = Frame.of(opcode, new byte[0]);
        Frame full = Frame.of(opcode, Payloads.utf8("reserved opcode payload"));
        Frame hello = Frame.text("Hello, world!");
        // The numbers of Autobahn: alone, with a payload, and three times after a text.
        switch (place) {
            case 1 ->
                cases.rule(name, rule, SECTION)
                        .autobahn(group + place)
                        .send(empty)
                        .fails(1002);
            case 2 ->
                cases.rule(name, rule, SECTION)
                        .autobahn(group + place)
                        .send(full)
                        .fails(1002);
            case 3 ->
                cases.rule(name, rule, SECTION)
                        .autobahn(group + place)
                        .send(hello, empty, Frame.ping(""))
                        .failsAfter(1, 1002);
            case 4 ->
                cases.rule(name, rule, SECTION)
                        .autobahn(group + place)
                        .echo(hello)
                        .send(full, Frame.ping(""))
                        .fails(1002);
            default ->
                cases.rule(name, rule, SECTION)
                        .autobahn(group + place)
                        .sendChopped(1, hello)
                        .expect(hello)
                        .sendChopped(1, full, Frame.ping(""))
                        .fails(1002);
        }
        cases.rule(name + "-more", rule, SECTION).send(full.more()).fails(1002);
        cases.rule(name + "-in-message", rule, SECTION)
                .send(Frame.text("Hel").more(), empty, Frame.continuation("lo"))
                .fails(1002);
        cases.rule(name + "-126", rule, SECTION)
                .send(Frame.of(opcode, Payloads.binary(126)))
                .fails(1002);
    }
}
