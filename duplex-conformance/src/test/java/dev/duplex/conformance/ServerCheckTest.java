package dev.duplex.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.Opcode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The verdicts on servers that are wrong in one way each. */
class ServerCheckTest {

    /** Sends messages and close frames back and answers pings: right as long as its clients are. */
    private static Optional<List<Frame>> echo(Frame frame) {
        return switch (frame.opcode()) {
            case Opcode.PING -> Optional.of(List.of(Frame.of(Opcode.PONG, frame.payload())));
            case Opcode.PONG -> Optional.of(List.of());
            default -> Optional.of(List.of(frame));
        };
    }

    private static CaseResult check(String id, String fields, BadServer.Behaviour behaviour) throws Exception {
        try (BadServer server = new BadServer(fields, behaviour)) {
            // A second is enough on the way to a verdict of hanging, and echoes take no time.
            Report report = new ServerCheck(server.uri())
                    .deadline(Duration.ofSeconds(2))
                    .cases(Catalogue.named(List.of(id)))
                    .run();
            assertThat(report.results()).hasSize(1);
            return report.results().get(0);
        }
    }

    private static CaseResult check(String id, BadServer.Behaviour behaviour) throws Exception {
        return check(id, "", behaviour);
    }

    private static void assertVerdict(CaseResult result, Verdict verdict, String reason) {
        assertThat(result.verdict()).as(result.reason() + " " + result.log()).isEqualTo(verdict);
        assertThat(result.reason()).contains(reason);
    }

    @Test
    void passesWhatIsRight() throws Exception {
        CaseResult result = check("framing.text-125", ServerCheckTest::echo);
        assertVerdict(result, Verdict.PASS, "");
        assertThat(result.log()).extracting(LogLine::text).anyMatch(line -> line.startsWith("GET / HTTP/1.1"));
        assertThat(result.log()).extracting(LogLine::hex).anyMatch(hex -> hex.startsWith("81 fd | "));
        assertThat(result.log()).extracting(LogLine::hex).anyMatch(hex -> hex.startsWith("81 7d | "));
    }

    @Test
    void failsAnEchoThatDiffers() throws Exception {
        CaseResult result = check(
                "framing.length-9",
                frame -> frame.payload().length == 9 ? Optional.of(List.of(Frame.text("something"))) : echo(frame));
        assertVerdict(result, Verdict.FAIL, "they differ from byte 0 on");
    }

    @Test
    void takesPongsAndMessagesInAnyOrderAndFailsAMessageTooMany() throws Exception {
        assertVerdict(
                check(
                        "ping.unsolicited-pong",
                        frame -> frame.opcode() == Opcode.PONG
                                ? Optional.of(List.of(Frame.text("what?")))
                                : echo(frame)),
                Verdict.FAIL,
                "sends a message that answers nothing");
        Frame[] owed = new Frame[1];
        CaseResult late = check("opening.frames-behind-head", frame -> {
            if (frame.opcode() == Opcode.PING) {
                owed[0] = Frame.of(Opcode.PONG, frame.payload());
                return Optional.of(List.of());
            }
            return frame.text().equals("three") ? Optional.of(List.of(frame, owed[0])) : echo(frame);
        });
        assertVerdict(late, Verdict.PASS, "");
    }

    @Test
    void failsWhatGoesOnAfterAViolation() throws Exception {
        assertVerdict(
                check("reserved-bits.1-text", frame -> echo(frame.reserved(0))),
                Verdict.FAIL,
                "does not fail the connection (RFC 6455 §5.2): answers with text message of 13 bytes");
    }

    @Test
    void failsWhatSendsBrokenFramesBack() throws Exception {
        assertVerdict(
                check("reserved-bits.1-text", ServerCheckTest::echo),
                Verdict.FAIL,
                "the peer sent a wrong frame: RSV3 set");
        assertVerdict(
                check(
                        "framing.text-0",
                        frame -> echo(frame)
                                .map(all ->
                                        all.stream().map(each -> each.masked(1)).toList())),
                Verdict.FAIL,
                "a server masks no frame");
    }

    @Test
    void failsWhatHangs() throws Exception {
        assertVerdict(
                check(
                        "reserved-bits.1-text",
                        frame -> frame.reservedBits() != 0 ? Optional.of(List.of()) : echo(frame)),
                Verdict.FAIL,
                "hangs: neither fails the connection nor goes on");
        assertVerdict(
                check("close.at-once", frame -> frame.opcode() == Opcode.CLOSE ? Optional.of(List.of()) : echo(frame)),
                Verdict.FAIL,
                "hangs: does not answer the close frame");
    }

    @Test
    void findsAnEndWithoutACloseFrameNonStrict() throws Exception {
        assertVerdict(
                check("reserved-bits.1-text", frame -> frame.reservedBits() != 0 ? Optional.empty() : echo(frame)),
                Verdict.NON_STRICT,
                "ends the connection without a close frame; expected 1002");
    }

    @Test
    void findsAnotherCloseCodeNonStrict() throws Exception {
        assertVerdict(
                check(
                        "utf8.invalid-impossible-ff",
                        frame -> frame.opcode() == Opcode.TEXT && frame.payload().length == 1
                                ? Optional.of(List.of(Frame.close(1002, "")))
                                : echo(frame)),
                Verdict.NON_STRICT,
                "closes with 1002 (protocol error); expected 1007");
    }

    @Test
    void findsALateFailureNonStrict() throws Exception {
        assertVerdict(
                check(
                        "utf8.fail-fast-ff",
                        frame -> frame.payload().length == 100
                                ? Optional.of(List.of(Frame.close(1007, "")))
                                : echo(frame)),
                Verdict.NON_STRICT,
                "fails only when the frame is complete");
    }

    @Test
    void findsALimitInformational() throws Exception {
        assertVerdict(
                check(
                        "size.text-64k",
                        frame -> frame.payload().length > 60_000
                                ? Optional.of(List.of(Frame.close(1009, "too big")))
                                : echo(frame)),
                Verdict.INFORMATIONAL,
                "has a limit of its own: refuses a message of 65536 bytes with close code 1009 and the reason \"too big\"");
    }

    @Test
    void findsAnotherCodeInTheAnswerToACloseFrameInformational() throws Exception {
        assertVerdict(
                check(
                        "close.code-4000",
                        frame -> frame.opcode() == Opcode.CLOSE
                                ? Optional.of(List.of(Frame.close(1000, "")))
                                : echo(frame)),
                Verdict.INFORMATIONAL,
                "which is typical (RFC 6455 §5.5.1)");
    }

    @Test
    void failsAForbiddenCloseCode() throws Exception {
        assertVerdict(
                check("close.code-1005", ServerCheckTest::echo), Verdict.FAIL, "close code 1005 must not be sent");
    }

    @Test
    void failsDataAfterACloseFrameAndFindsASecondOneNonStrict() throws Exception {
        assertVerdict(
                check(
                        "close.at-once",
                        frame -> frame.opcode() == Opcode.CLOSE
                                ? Optional.of(List.of(frame, Frame.text("late")))
                                : echo(frame)),
                Verdict.FAIL,
                "the peer sent a data frame after its close frame (RFC 6455 §5.5.1)");
        assertVerdict(
                check(
                        "close.at-once",
                        frame -> frame.opcode() == Opcode.CLOSE ? Optional.of(List.of(frame, frame)) : echo(frame)),
                Verdict.NON_STRICT,
                "the peer sent a second close frame");
    }

    @Test
    void hangsOnlyWhatHangsAloneToo() throws Exception {
        AtomicBoolean slept = new AtomicBoolean();
        CaseResult once = check(
                "ping.text",
                frame -> frame.opcode() == Opcode.PING && slept.compareAndSet(false, true)
                        ? Optional.of(List.of())
                        : echo(frame));
        assertVerdict(once, Verdict.PASS, "");
        assertThat(slept).isTrue();
    }

    @Test
    void findsFramesPassedOverThatCameTooEarlyInformational() throws Exception {
        assertVerdict(
                check(
                        "opening.frame-behind-head",
                        frame -> frame.text().equals("Hello") ? Optional.of(List.of()) : echo(frame)),
                Verdict.INFORMATIONAL,
                "passes over what came before its answer (RFC 6455 §4.1)");
    }

    @Test
    void findsAnExtensionOfAnotherKindThatWasOfferedInformational() throws Exception {
        assertVerdict(
                check(
                        "deflate-offer.frame-deflate",
                        "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\n",
                        ServerCheckTest::echo),
                Verdict.INFORMATIONAL,
                "accepts x-webkit-deflate-frame, which is not spoken here");
    }

    @Test
    void findsWhatIsNotThereUnimplemented() throws Exception {
        assertVerdict(
                check("deflate.json-64", ServerCheckTest::echo),
                Verdict.UNIMPLEMENTED,
                "does not agree on permessage-deflate");
        assertVerdict(
                check("framing.text-125", frame -> Optional.of(List.of())),
                Verdict.UNIMPLEMENTED,
                "does not send messages back");
    }

    @Test
    void failsAnExtensionThatWasNotOffered() throws Exception {
        try (BadServer server = new BadServer("Sec-WebSocket-Extensions: x-unknown\r\n", ServerCheckTest::echo)) {
            assertThatThrownBy(() -> new ServerCheck(server.uri())
                            .cases(Catalogue.named(List.of("ping.empty")))
                            .run())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("accepts an extension that was not offered");
        }
    }

    @Test
    void failsAWindowThatWasNotAgreedOn() throws Exception {
        assertVerdict(
                check(
                        "deflate.peer-window-9",
                        "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                        ServerCheckTest::echo),
                Verdict.FAIL,
                "server_max_window_bits must be at most 9");
    }

    @Test
    void passesOverGreetings() throws Exception {
        boolean[] greeted = new boolean[1];
        CaseResult result = check("framing.text-125", frame -> {
            boolean first = frame.opcode() == Opcode.TEXT;
            greeted[0] |= first;
            return first ? Optional.of(List.of(Frame.text("welcome"), frame)) : echo(frame);
        });
        assertThat(greeted).containsExactly(true);
        assertVerdict(result, Verdict.PASS, "");
    }

    @Test
    void cannotCheckWhereNobodyIs() throws Exception {
        URI gone;
        try (BadServer server = new BadServer("", ServerCheckTest::echo)) {
            gone = server.uri();
        }
        assertThatThrownBy(() -> new ServerCheck(gone).run()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new ServerCheck(URI.create("http://localhost/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ws://");
    }
}
