package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of {@code duplex echo}, used as people do, against the command itself. */
@Tag("page")
@ExtendWith(ChromiumExtension.class)
class EchoPageTest {
    private RunningCommand echo;

    @BeforeEach
    void startTheServer() {
        echo = RunningCommand.start("echo");
    }

    @AfterEach
    void stopTheServer() {
        echo.close();
    }

    private static Page connect(Page page) {
        return page.click("#connect").waitUntil(readyState("OPEN (1)"));
    }

    private static String readyState(String text) {
        return "document.querySelector('#ready-state').textContent === " + Page.quoted(text);
    }

    /** The rows of messages: direction, type, size and payload. */
    private static List<String> messages(Page page) {
        return page.texts("""
                [...document.querySelectorAll('#log .row:not([data-dir=info])')].map((row) =>
                  [row.dataset.dir, row.dataset.type, row.querySelector('.size').textContent,
                   row.querySelector('.payload').textContent].join(' | '))""");
    }

    private static Page send(Page page, String format, String text) {
        page.evaluate("""
                (() => {
                  const format = document.querySelector('#format');
                  format.value = %s;
                  format.dispatchEvent(new Event('change', { bubbles: true }));
                })()""".formatted(Page.quoted(format)));
        return page.fill("#input", text).click("#send");
    }

    private static Page waitForMessages(Page page, int number) {
        return page.waitUntil("document.querySelectorAll('#log .row:not([data-dir=info])').length === " + number);
    }

    private static Page waitForClose(Page page) {
        return page.waitUntil("document.querySelector('#log .row[data-type=close]')");
    }

    private static String closeRow(Page page) {
        return page.text("document.querySelector('#log .row[data-type=close] .payload').textContent");
    }

    @Test
    void sendsTextJsonAndHexAndShowsBothDirections(Browser browser) {
        Page page = connect(browser.open(echo.page("/")));
        send(page, "text", "Grüße 😀");
        waitForMessages(page, 2);
        send(page, "json", "{\"a\": [1, 12345678901234567890]}");
        waitForMessages(page, 4);
        send(page, "hex", "00 ff 7f");
        waitForMessages(page, 6);
        assertThat(messages(page))
                .containsExactly(
                        "out | text | 12 B | Grüße 😀",
                        "in | text | 12 B | Grüße 😀",
                        "out | text | 32 B | {\"a\": [1, 12345678901234567890]}",
                        "in | text | 32 B | {\"a\": [1, 12345678901234567890]}",
                        "out | binary | 3 B | 00 ff 7f",
                        "in | binary | 3 B | 00 ff 7f");
        page.waitUntil("document.querySelector('#buffered').textContent === '0 B'");
        assertThat(page.text("document.querySelector('#extensions').textContent"))
                .contains("permessage-deflate");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void refusesJsonAndHexThatAreNone(Browser browser) {
        Page page = connect(browser.open(echo.page("/")));
        send(page, "json", "{\"a\":");
        page.waitUntil("document.querySelector('#input-problem').textContent !== ''");
        send(page, "hex", "00 f");
        page.waitUntil("document.querySelector('#input-problem').textContent !== ''");
        assertThat(messages(page)).isEmpty();
    }

    @Test
    void blobsAreShownLikeBuffers(Browser browser) {
        Page page = connect(browser.open(echo.page("/")));
        page.evaluate("""
                (() => {
                  const type = document.querySelector('#binary-type');
                  type.value = 'blob';
                  type.dispatchEvent(new Event('change', { bubbles: true }));
                })()""");
        send(page, "hex", "01 02");
        waitForMessages(page, 2);
        page.waitUntil("document.querySelector('#log .row[data-dir=in] .payload').textContent === '01 02'");
        assertThat(messages(page)).containsExactly("out | binary | 2 B | 01 02", "in | binary | 2 B | 01 02");
    }

    @Test
    void showsTheSubprotocolChosen(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("#options summary").fill("#protocols", "chat.v2, chat.v1");
        connect(page);
        assertThat(page.text("document.querySelector('#protocol').textContent")).isEqualTo("chat.v2");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void showsTheReadyStatesAndClosesWithTheCodeGiven(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.evaluate("""
                window.states = [];
                new MutationObserver(() => states.push(document.querySelector('#state').dataset.state))
                  .observe(document.querySelector('#state'), { attributeFilter: ['data-state'] });""");
        connect(page);
        page.click("#options summary")
                .fill("#close-code", "4002")
                .fill("#close-reason", "genug 😀")
                .click("#disconnect");
        waitForClose(page);
        page.waitUntil(readyState("CLOSED (3)"));
        assertThat(page.texts("states")).containsSubsequence("connecting", "open", "closed");
        assertThat(closeRow(page)).contains("4002").contains("clean").doesNotContain("not clean");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void explainsTheCloseCodeOfTheServer(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("[data-path^='/close']");
        waitForClose(page);
        assertThat(closeRow(page)).contains("4001").contains("bye").doesNotContain("not clean");
        page.fill("#url", echo.socket("/close?code=1011&reason=disk%20full").toString());
        page.click("#clear").click("#connect");
        waitForClose(page);
        assertThat(closeRow(page)).contains("1011 Internal Error").contains("disk full");
        assertThat(page.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/reverse; abc; cba",
                "/broadcast; to all; to all",
                "/room/garden; to the room; to the room",
                "/delay?ms=500; late; late",
                "/slow; slow; slow",
                "/count; abc; {\"messages\":1,\"bytes\":3}"
            })
    void endpointsAnswer(String path, String message, String answer, Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("[data-path='" + path + "']").waitUntil(readyState("OPEN (1)"));
        send(page, "text", message);
        waitForMessages(page, 2);
        assertThat(messages(page).get(1)).startsWith("in | text | ").endsWith(" | " + answer);
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void endpointsThatSpeakByThemselves(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("[data-path='/time?every=1s']");
        page.waitUntil("document.querySelector('#log .row[data-type=text]')");
        assertThat(messages(page).get(0)).contains("20").contains("T");
        page.click("#clear").click("[data-path='/headers']");
        page.waitUntil("[...document.querySelectorAll('#log .row[data-type=text]')]"
                + ".some((row) => row.textContent.includes('Upgrade'))");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void aDropIsACloseThatIsNotClean(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("[data-path='/drop']");
        waitForClose(page);
        assertThat(closeRow(page)).contains("1006").contains("not clean");
        page.waitUntil("document.querySelector('#trouble').checkVisibility()");
    }

    @Test
    void aRefusalIsExplained(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("[data-path='/reject?status=403']");
        waitForClose(page);
        assertThat(closeRow(page)).contains("1006");
        page.waitUntil("document.querySelector('#trouble-causes').textContent.includes('refuses on purpose')");
        assertThat(page.problems()).anySatisfy(problem -> assertThat(problem).contains("403"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rsv1",
                "opcode",
                "masked",
                "unfinished-close",
                "utf8",
                "length",
                "fragmented-ping",
                "continuation"
            })
    void theBrowserRefusesBadFrames(String kind, Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.click("[data-kind='" + kind + "']");
        waitForClose(page);
        page.waitUntil(readyState("CLOSED (3)"));
        assertThat(closeRow(page)).containsPattern("100[267]");
        assertThat(messages(page)).isEmpty();
    }

    @Test
    void aFloodOfTenThousandLeavesThePageUsable(Browser browser) {
        Page page = browser.open(echo.page("/"));
        page.fill("#url", echo.socket("/flood?n=10000&size=64").toString()).click("#connect");
        page.waitUntil("document.querySelector('#received').textContent.startsWith('10,000')");
        page.waitUntil("document.querySelector('#log .row:last-child .payload').textContent.startsWith('10000.')");
        assertThat(page.evaluate("document.querySelectorAll('#log .row').length")
                        .asInt())
                .isBetween(1_000, 2_000);
        send(page, "text", "still here");
        page.waitUntil("document.querySelector('#log .row:last-child .payload').textContent === 'still here'");
        page.fill("#filter", "9999").waitUntil("document.querySelectorAll('#log .row:not([hidden])').length === 1");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void filterDetailAndExport(Browser browser) {
        Page page = connect(browser.open(echo.page("/")));
        send(page, "text", "apple");
        waitForMessages(page, 2);
        send(page, "text", "pear");
        waitForMessages(page, 4);
        send(page, "hex", "cafe");
        waitForMessages(page, 6);
        page.fill("#filter", "APPL");
        page.waitUntil("document.querySelectorAll('#log .row:not([hidden])').length === 2");
        page.fill("#filter", "").waitUntil("document.querySelectorAll('#log .row[hidden]').length === 0");
        page.click("#log .row[data-dir=in][data-type=binary]");
        page.waitUntil("document.querySelector('#detail-body').textContent.startsWith('00000000  ca fe')");

        // The file that would be saved, read back before the address of its content is given up.
        page.evaluate("""
                window.saved = new Promise((resolve) => {
                  document.addEventListener('click', (event) => {
                    if (event.target.download) {
                      event.preventDefault();
                    }
                  }, true);
                  const create = URL.createObjectURL;
                  URL.createObjectURL = (blob) => { resolve(blob.text()); return create(blob); };
                }); 0""");
        page.click("#export");
        String export = page.text(
                "saved.then((text) => JSON.stringify(JSON.parse(text).filter((row) => row.direction !== 'info')"
                        + ".map((row) => [row.direction, row.type, row.size, row.text ?? row.hex].join(' '))))");
        assertThat(export)
                .isEqualTo("[\"out text 5 apple\",\"in text 5 apple\",\"out text 4 pear\",\"in text 4 pear\","
                        + "\"out binary 2 cafe\",\"in binary 2 cafe\"]");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void hostilePayloadsAreShownAsText(Browser browser) {
        Page page = connect(browser.open(echo.page("/")));
        String hostile = "<img src=x onerror=\"window.hacked = true\">\u202e";
        send(page, "text", hostile);
        waitForMessages(page, 2);
        assertThat(messages(page).get(1)).endsWith(hostile);
        assertThat(page.evaluate("document.querySelectorAll('#log img').length").asInt())
                .isZero();
        assertThat(page.evaluate("window.hacked === undefined").asBoolean()).isTrue();
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void speaksChinese(Browser browser) {
        Page page = browser.window().languages("zh-CN,zh").go(echo.page("/"));
        assertThat(page.text("document.documentElement.lang")).isEqualTo("zh-CN");
        assertThat(page.text("document.querySelector('#connect').textContent")).isEqualTo("连接");
        connect(page);
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void worksOverTls(Browser browser) {
        try (RunningCommand encrypted = RunningCommand.start("echo", "--tls-self-signed")) {
            Page page = connect(browser.open(encrypted.page("/")));
            assertThat(page.text("document.querySelector('#url').value")).startsWith("wss://");
            send(page, "text", "quietly");
            waitForMessages(page, 2);
            assertThat(page.problems()).isEmpty();
        }
    }

    @Test
    void fitsAPhone(Browser browser) {
        Page page = connect(browser.window().size(360, 740).go(echo.page("/")));
        send(page, "text", "x".repeat(1_000));
        waitForMessages(page, 2);
        assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(360);
    }
}
