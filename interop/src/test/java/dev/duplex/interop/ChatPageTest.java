package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of {@code duplex chat}, used as people do, against the command itself. */
@Tag("page")
@ExtendWith(ChromiumExtension.class)
class ChatPageTest {
    private static final String SAID =
            "[...document.querySelectorAll('#messages li[data-id]')].map((item) => item.querySelector('.text').textContent)";

    private RunningCommand chat;

    @BeforeEach
    void startTheServer() {
        chat = start();
    }

    /** The command, with its arguments and these. */
    RunningCommand start(String... more) {
        return RunningCommand.start(
                Stream.concat(Stream.of("chat"), Stream.of(more)).toArray(String[]::new));
    }

    @AfterEach
    void stopTheServer() {
        chat.close();
    }

    private static Page join(Page page, String name) {
        return page.fill("#name-input", name).click("#join").waitUntil(inState("open"));
    }

    private static String inState(String state) {
        return "document.querySelector('#state').dataset.state === " + Page.quoted(state);
    }

    private static Page say(Page page, String text) {
        return page.fill("#message", text).pressEnter();
    }

    private static void waitForText(Page page, String text) {
        page.waitUntil(SAID + ".includes(" + Page.quoted(text) + ")");
    }

    /** Waits until the list of who is here is this one. */
    private static void waitForMembers(Page page, String... names) {
        String list = "[...document.querySelectorAll('#members .member-name')].map((name) => name.textContent)";
        page.waitUntil("JSON.stringify(" + list + ") === JSON.stringify(" + DevTools.JSON.valueToTree(names) + ")");
    }

    /** All messages: number, author and text. */
    private static List<String> conversation(Page page) {
        return page.texts("""
                [...document.querySelectorAll('#messages li[data-id]')].map((item) =>
                  `${item.dataset.id} ${item.querySelector('.author').textContent}: ${item.querySelector('.text').textContent}`)""");
    }

    @Test
    void twoWindowsSeeTheSameConversationInTheSameOrder(Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "Ann");
        Page bea = join(browser.open(chat.page("/")), "Bea 🐝");

        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            say(ann, "question " + i);
            waitForText(bea, "question " + i);
            say(bea, "答案 " + i + " 😀");
            waitForText(ann, "答案 " + i + " 😀");
            expected.add(2 * i - 1 + " Ann: question " + i);
            expected.add(2 * i + " Bea 🐝: 答案 " + i + " 😀");
        }

        for (Page page : List.of(ann, bea)) {
            page.waitUntil(SAID + ".length === 10");
            assertThat(conversation(page)).isEqualTo(expected);
        }
        waitForMembers(ann, "Ann", "Bea 🐝");
        waitForMembers(bea, "Bea 🐝", "Ann");
        assertThat(ann.problems()).isEmpty();
        assertThat(bea.problems()).isEmpty();
    }

    @Test
    void whoSpeaksAtOnceIsStillHeardInOneOrder(Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "Ann");
        Page bea = join(browser.open(chat.page("/")), "Bea");
        for (int i = 1; i <= 10; i++) {
            say(ann, "a" + i);
            say(bea, "b" + i);
        }
        for (Page page : List.of(ann, bea)) {
            page.waitUntil(SAID + ".length === 20");
        }
        assertThat(conversation(ann)).isEqualTo(conversation(bea));
        assertThat(ann.texts(SAID + ".filter((text) => text.startsWith('b'))"))
                .containsExactly("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10");
    }

    @Test
    void aNewcomerGetsTheLastMessagesAndTheOthersSeeWhoComesAndGoes(Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "Ann");
        say(ann, "first");
        waitForText(ann, "first");
        Page bea = join(browser.open(chat.page("/")), "Bea");
        waitForText(bea, "first");
        waitForMembers(ann, "Ann", "Bea");
        bea.go(chat.page("/health"));
        waitForMembers(ann, "Ann");
        assertThat(ann.text("document.querySelector('#messages').textContent")).contains("Bea");

        // On the way back the browser may show the page as it was left; it has to connect again.
        bea.evaluate("history.back()");
        bea.waitUntil("document.querySelector('#state') && " + inState("open"));
        waitForMembers(ann, "Ann", "Bea");
        waitForText(bea, "first");
        assertThat(conversation(bea)).containsExactly("1 Ann: first");
    }

    @Test
    void aNameIsNotGivenTwice(Browser browser) {
        join(browser.open(chat.page("/")), "Ann");
        Page other = browser.open(chat.page("/"));
        other.fill("#name-input", "ann").click("#join");
        other.waitUntil("document.querySelector('#name-problem').textContent !== ''");
        join(other, "Bea");
        waitForMembers(other, "Bea", "Ann");
    }

    /** A client of Node that says something in the lobby, and leaves when it has heard something. */
    CompletableFuture<Peers.Ended> node(String says, String until) {
        String node = Peers.node().toString();
        return CompletableFuture.supplyAsync(() -> Peers.run(
                Peers.NODE_FOLDER, node, "chat-plain.js", chat().socket("/").toString(), says, until));
    }

    RunningCommand chat() {
        return chat;
    }

    @Test
    void aClientOfNodeIsInTheSameRoom(Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "Ann");
        Page bea = join(browser.open(chat.page("/")), "Bea");
        CompletableFuture<Peers.Ended> plain = node("你好 from ws", "Bea: bye");
        waitForText(ann, "你好 from ws");
        waitForText(bea, "你好 from ws");
        waitForMembers(ann, "Ann", "Bea", "guest-1");
        say(ann, "<hello> 😀");
        waitForText(bea, "<hello> 😀");
        say(bea, "bye");
        assertThat(plain.join().output())
                .isEqualToNormalizingNewlines("\"你好 from ws\"\n\"Ann: <hello> 😀\"\n\"Bea: bye\"\nclosed 1000\n");
        waitForMembers(ann, "Ann", "Bea");
        waitForText(ann, "bye");
        assertThat(conversation(ann)).containsExactly("1 guest-1: 你好 from ws", "2 Ann: <hello> 😀", "3 Bea: bye");
        assertThat(ann.problems()).isEmpty();
    }

    @Test
    void connectsAgainWhenTheServerIsBack(Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "Ann");
        Page bea = join(browser.open(chat.page("/")), "Bea");
        say(ann, "before");
        waitForText(bea, "before");
        for (Page page : List.of(ann, bea)) {
            page.evaluate("""
                    window.states = [];
                    new MutationObserver(() => states.push(document.querySelector('#state').dataset.state))
                      .observe(document.querySelector('#state'), { attributeFilter: ['data-state'] });""");
        }

        chat.close();
        for (Page page : List.of(ann, bea)) {
            page.waitUntil("states.includes('reconnecting')");
            page.waitUntil("document.querySelector('#banner').checkVisibility()");
        }
        chat = start("--port", Integer.toString(chat.port()));
        for (Page page : List.of(ann, bea)) {
            page.waitUntil(inState("open"));
            assertThat(page.texts("states")).containsSubsequence("reconnecting", "connecting", "open");
        }
        waitForMembers(ann, "Ann", "Bea");
        say(bea, "after");
        for (Page page : List.of(ann, bea)) {
            waitForText(page, "after");
            assertThat(page.texts(SAID)).containsExactly("before", "after");
            page.waitUntil("!document.querySelector('#banner').checkVisibility()");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror=\"window.hacked = true\"><script>window.hacked = true</script>",
                "\u202egnp.exe \u202d\u2066 مرحبا بالعالم \u2069 שלום",
                "javascript:alert(1) https://user@evil.example/ data:text/html,<script>alert(1)</script>",
                "{\"type\":\"welcome\",\"members\":[]} \\u0000 ' \" ` ${1}"
            })
    void hostileTextIsShownAsText(String text, Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "<b>Ann</b>\u202e");
        Page bea = join(browser.open(chat.page("/")), "Bea");
        say(ann, text);
        for (Page page : List.of(ann, bea)) {
            waitForText(page, text);
            assertThat(page.evaluate("window.hacked === undefined").asBoolean()).isTrue();
            assertThat(page.evaluate("document.querySelectorAll('#messages :is(img, script, b, a, iframe)').length")
                            .asInt())
                    .isZero();
            assertThat(page.dialogs()).isEmpty();
            assertThat(page.problems()).isEmpty();
        }
        assertThat(bea.text("document.querySelector('#messages .author').textContent"))
                .isEqualTo("<b>Ann</b>\u202e");
    }

    @Test
    void fourThousandCharactersFitOnAPhone(Browser browser) {
        Page ann = join(browser.open(chat.page("/")), "Ann");
        Page bea = join(browser.window().size(360, 740).go(chat.page("/")), "B".repeat(32));
        String text = "x".repeat(3_998) + "😀";
        say(ann, text);
        waitForText(ann, text);
        waitForText(bea, text);
        say(bea, "y".repeat(4_001));
        bea.waitUntil("document.querySelector('#notice').textContent !== ''");
        assertThat(bea.text("document.querySelector('#message').value")).hasSize(4_001);
        assertThat(bea.evaluate("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(360);
        assertThat(conversation(ann)).hasSize(1);
        assertThat(bea.problems()).isEmpty();
    }

    @Test
    void roomsAreSeparate(Browser browser) {
        Page lobby = join(browser.open(chat.page("/")), "Ann");
        Page garden = join(browser.open(chat.page("/room/garden")), "Ann");
        Page shed = join(browser.open(chat.page("/room/" + "%E6%A3%9A%20%2B1")), "Ann");
        assertThat(shed.text("document.querySelector('#room-name').textContent"))
                .isEqualTo("棚 +1");
        say(garden, "in the garden");
        say(shed, "in the shed");
        say(lobby, "in the lobby");
        waitForText(garden, "in the garden");
        waitForText(shed, "in the shed");
        waitForText(lobby, "in the lobby");
        Page visitor = join(browser.open(chat.page("/room/garden")), "Bea");
        waitForText(visitor, "in the garden");
        for (Page page : List.of(lobby, garden, shed, visitor)) {
            assertThat(page.texts(SAID)).hasSize(1);
            assertThat(page.problems()).isEmpty();
        }
        waitForMembers(garden, "Ann", "Bea");
        waitForMembers(lobby, "Ann");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"zh-CN,zh; zh-CN; 名字", "zh-TW,en; zh-CN; 名字", "fr,en-GB,zh; en-GB; name", "de; en; name"})
    void speaksTheLanguageOfTheBrowser(String languages, String lang, String word, Browser browser) {
        Page page = browser.window().languages(languages).go(chat.page("/"));
        assertThat(page.text("document.documentElement.lang")).isEqualTo(lang);
        assertThat(page.text("document.querySelector('label[for=name-input]').textContent"))
                .containsIgnoringCase(word);
        join(page, "Ann");
        say(page, "hi");
        waitForText(page, "hi");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void worksOverTls(Browser browser) {
        try (RunningCommand encrypted = start("--tls-self-signed")) {
            Page ann = join(browser.open(encrypted.page("/")), "Ann");
            assertThat(ann.text("location.protocol")).isEqualTo("https:");
            say(ann, "quietly");
            waitForText(ann, "quietly");
            assertThat(ann.problems()).isEmpty();
        }
    }
}
