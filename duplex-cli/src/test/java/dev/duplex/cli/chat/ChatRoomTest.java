package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ChatRoomTest {
    private final Hall hall = new Hall();
    private final Clock clock = Clock.fixed(Instant.ofEpochMilli(1000), ZoneOffset.UTC);
    private final ChatRoom room = new ChatRoom("lobby", "e1", 2, clock);

    private Hall.Line joined(String name) throws ChatProblem {
        Hall.Line line = hall.line();
        room.join(line, name);
        line.received();
        return line;
    }

    private Hall.Line plain() {
        Hall.Line line = hall.line();
        room.joinPlain(line);
        return line;
    }

    private static void assertProblem(ChatProblem.Code code, ThrowingCallable call) {
        assertThatExceptionOfType(ChatProblem.class)
                .isThrownBy(call)
                .satisfies(problem -> assertThat(problem.code()).isEqualTo(code));
    }

    @Test
    void welcomesANewcomerWithMembersAndHistory() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.say(ann, "hello");
        Hall.Line bob = hall.line();
        room.join(bob, "Bob");
        assertThat(bob.received())
                .containsExactly(
                        "{\"type\":\"welcome\",\"you\":{\"id\":\"2\",\"name\":\"Bob\"},\"room\":\"lobby\",\"epoch\":\"e1\","
                                + "\"members\":[{\"id\":\"1\",\"name\":\"Ann\"},{\"id\":\"2\",\"name\":\"Bob\"}],"
                                + "\"history\":[{\"type\":\"message\",\"id\":1,\"from\":{\"id\":\"1\",\"name\":\"Ann\"},"
                                + "\"text\":\"hello\",\"time\":1000}],\"maxText\":4000}");
    }

    @Test
    void tellsTheOthersWhoCameAndWhoLeft() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        Hall.Line bob = joined("Bob");
        bob.hangUp();
        room.leave(bob);
        assertThat(ann.received())
                .containsExactly(
                        "{\"type\":\"joined\",\"member\":{\"id\":\"2\",\"name\":\"Bob\"},\"time\":1000}",
                        "{\"type\":\"left\",\"member\":{\"id\":\"2\",\"name\":\"Bob\"},\"time\":1000}");
        assertThat(bob.received()).isEmpty();
    }

    @Test
    void numbersMessagesForEverybodyTheSpeakerIncluded() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        Hall.Line bob = joined("Bob");
        ann.received();
        room.say(ann, "one");
        room.say(bob, "two");
        assertThat(ann.received())
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first).contains("\"id\":1,", "\"text\":\"one\""),
                        second -> assertThat(second).contains("\"id\":2,", "\"text\":\"two\""))
                .isEqualTo(bob.received());
    }

    @Test
    void keepsTheLastMessagesOnly() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.say(ann, "one");
        room.say(ann, "two");
        room.say(ann, "three");
        Hall.Line bob = hall.line();
        room.join(bob, "Bob");
        assertThat(bob.received().get(0)).doesNotContain("\"one\"").contains("\"two\"", "\"three\"");
    }

    @Test
    void letsPlainMembersSpeakPlainText() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        Hall.Line guest = plain();
        Hall.Line other = plain();
        ann.received();
        room.sayPlain(guest, " hi <b>");
        room.say(ann, "hello");
        assertThat(guest.received()).containsExactly(" hi <b>", "Ann: hello");
        assertThat(other.received()).containsExactly(" hi <b>", "Ann: hello");
        assertThat(ann.received().get(0)).contains("\"name\":\"guest-1\"", "\"text\":\" hi <b>\"");
    }

    @Test
    void givesGuestsTheFirstFreeNumber() throws ChatProblem {
        Hall.Line ann = joined("Guest-1");
        Hall.Line guest = plain();
        assertThat(ann.received()).singleElement().asString().contains("\"name\":\"guest-2\"");
        guest.hangUp();
        room.leave(guest);
        ann.received();
        plain();
        assertThat(ann.received()).singleElement().asString().contains("\"name\":\"guest-2\"");
    }

    @Test
    void refusesANameThatIsTaken() throws ChatProblem {
        joined("Ann");
        assertProblem(ChatProblem.Code.NAME_TAKEN, () -> room.join(hall.line(), " ANN "));
        Hall.Line bob = joined("Bob");
        assertProblem(ChatProblem.Code.NAME_TAKEN, () -> room.rename(bob, "ann"));
    }

    @Test
    void freesTheNameOfWhoLeft() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.leave(ann);
        Hall.Line again = hall.line();
        room.join(again, "Ann");
        assertThat(again.received()).singleElement().asString().contains("\"type\":\"welcome\"");
    }

    @Test
    void renamesAndFreesTheFormerName() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.rename(ann, "Anna");
        assertThat(ann.received())
                .containsExactly(
                        "{\"type\":\"renamed\",\"member\":{\"id\":\"1\",\"name\":\"Anna\"},\"was\":\"Ann\",\"time\":1000}");
        joined("Ann");
        assertProblem(ChatProblem.Code.NAME_TAKEN, () -> room.join(hall.line(), "Anna"));
    }

    @Test
    void letsAMemberChangeTheCaseOfItsName() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.rename(ann, "ANN");
        assertThat(ann.received()).singleElement().asString().contains("\"name\":\"ANN\"", "\"was\":\"Ann\"");
        assertProblem(ChatProblem.Code.NAME_TAKEN, () -> room.join(hall.line(), "ann"));
    }

    @Test
    void saysNothingAboutARenameToTheSameName() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.rename(ann, "Ann");
        assertThat(ann.received()).isEmpty();
    }

    @Test
    void listensOnlyToThoseWhoJoined() {
        Hall.Line stranger = hall.line();
        assertProblem(ChatProblem.Code.BAD_MESSAGE, () -> room.say(stranger, "hello"));
        assertProblem(ChatProblem.Code.BAD_MESSAGE, () -> room.rename(stranger, "Ann"));
    }

    @Test
    void refusesToJoinTwice() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        assertProblem(ChatProblem.Code.BAD_MESSAGE, () -> room.join(ann, "Bob"));
        joined("Bob");
    }

    @Test
    void refusesTextThatIsTooLongOrBlank() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        assertProblem(ChatProblem.Code.TEXT_TOO_LONG, () -> room.say(ann, "x".repeat(4001)));
        assertProblem(ChatProblem.Code.BAD_MESSAGE, () -> room.say(ann, " \n"));
        room.say(ann, "x".repeat(4000));
        assertThat(ann.received()).singleElement().asString().contains("\"id\":1,");
    }

    @Test
    void leavingWithoutHavingJoinedIsNoEvent() throws ChatProblem {
        Hall.Line ann = joined("Ann");
        room.leave(hall.line());
        assertThat(ann.received()).isEmpty();
    }
}
