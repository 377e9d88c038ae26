package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RunningCommand;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of {@code duplex serve --console}, used as people do, with real programs behind it. */
@Tag("page")
@ExtendWith(ChromiumExtension.class)
class ServeConsoleTest {
    private RunningCommand serve;

    @BeforeEach
    void startTheServer() {
        serve = RunningCommand.start("serve", "--port", "0", "--console", "--route", "/bytes=cat", "--", "cat");
    }

    @AfterEach
    void stopTheServer() {
        serve.close();
    }

    private static Page connect(Page page) {
        return page.click("#connect").waitUntil("document.querySelector('#ready-state').textContent === 'OPEN (1)'");
    }

    private static List<String> messages(Page page) {
        return page.texts("""
                [...document.querySelectorAll('#log .row:not([data-dir=info])')].map((row) =>
                  [row.dataset.dir, row.dataset.type, row.querySelector('.payload').textContent].join(' | '))""");
    }

    @Test
    void connectsToTheAddressThatItIsAtAndShowsWhatTheProgramSays(Browser browser) {
        Page page = browser.open(serve.page("/some/path?a=b"));
        assertThat(page.text("document.querySelector('#url').value"))
                .isEqualTo(serve.socket("/some/path?a=b").toString());
        assertThat(page.text("document.title")).isEqualTo("Duplex console");
        connect(page);
        page.fill("#input", "one\ntwo").click("#send");
        page.waitUntil("document.querySelectorAll('#log .row:not([data-dir=info])').length === 3");
        assertThat(messages(page)).containsExactly("out | text | one ⏎ two", "in | text | one", "in | text | two");
        page.click("#disconnect").waitUntil("document.querySelector('#log .row[data-type=close]')");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void offersTheEndpoints(Browser browser) {
        Page page = browser.open(serve.page("/"));
        assertThat(page.texts(
                        "[...document.querySelectorAll('#endpoints [data-path]')].map((one) => one.dataset.path)"))
                .containsExactly("/", "/bytes");
        page.click("#endpoints [data-path='/bytes']")
                .waitUntil("document.querySelector('#ready-state').textContent === 'OPEN (1)'");
        assertThat(page.text("document.querySelector('#url').value"))
                .isEqualTo(serve.socket("/bytes").toString());
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void aPathIsDataAndNothingElse(Browser browser) {
        Page page = browser.open(serve.page("/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"));
        assertThat(page.text("document.querySelector('#url').value"))
                .endsWith("/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E");
        assertThat(page.evaluate("document.querySelectorAll('img').length").asInt())
                .isEqualTo(1);
        assertThat(page.dialogs()).isEmpty();
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void speaksTheLanguageOfTheBrowserAndSwitches(Browser browser) {
        Page page = browser.window().languages("zh-CN,zh").go(serve.page("/"));
        assertThat(page.text("document.title")).isEqualTo("Duplex 控制台");
        page.click("#language").waitUntil("document.title === 'Duplex console'");
        assertThat(page.problems()).isEmpty();
    }

    @Test
    void isWhollyInView(Browser browser) {
        Page page = connect(browser.open(serve.page("/")));
        page.screenshot(Path.of("target/screenshots/serve-console.png"));
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .isTrue();
        page.size(390, 800);
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .isTrue();
        page.screenshot(Path.of("target/screenshots/serve-console-phone.png"));
    }

    /** No mouse: the address, a message, and a look at the answer. */
    @Test
    void isUsedByKeyboardAlone(Browser browser) {
        Page page = browser.open(serve.page("/"));
        tabTo(page, "url");
        page.pressEnter().waitUntil("document.querySelector('#ready-state').textContent === 'OPEN (1)'");
        tabTo(page, "input");
        page.type("typed").pressControlEnter();
        page.waitUntil("document.querySelectorAll('#log .row:not([data-dir=info])').length === 2");
        assertThat(messages(page)).containsExactly("out | text | typed", "in | text | typed");
        tabTo(page, "log");
        page.press("End").waitUntil("document.querySelector('#log [aria-selected=true]')");
        page.pressEnter();
        assertThat(focused(page)).isEqualTo("detail-body");
        assertThat(page.text("document.activeElement.textContent")).isEqualTo("typed");
        page.press("Escape");
        assertThat(focused(page)).isEqualTo("log");
        tabTo(page, "disconnect");
        page.pressEnter().waitUntil("document.querySelector('#log .row[data-type=close]')");
        assertThat(page.problems()).isEmpty();
    }

    private static String focused(Page page) {
        return page.text("document.activeElement.id");
    }

    private static void tabTo(Page page, String id) {
        for (int i = 0; i < 100 && !focused(page).equals(id); i++) {
            page.press("Tab");
            assertThat(page.evaluate("document.activeElement === document.body"
                                    + " || document.activeElement.matches(':focus-visible')")
                            .asBoolean())
                    .as("who has the focus shows it")
                    .isTrue();
        }
        assertThat(focused(page)).isEqualTo(id);
    }

    /** Every text that is seen, by the contrast that WCAG 2.2 §1.4.3 asks for: 4.5, or 3 where it is large. */
    private static final String TOO_FAINT = """
            (() => {
              const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
              const rgba = (color) => {
                paint.clearRect(0, 0, 1, 1);
                paint.fillStyle = color;
                paint.fillRect(0, 0, 1, 1);
                return [...paint.getImageData(0, 0, 1, 1).data].map((one) => one / 255);
              };
              const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
              const ground = (element) => {
                if (!element) {
                  return rgba('Canvas');
                }
                const color = rgba(getComputedStyle(element).backgroundColor);
                return color[3] === 1 ? color : [...over(color, ground(element.parentElement)), 1];
              };
              const light = (color) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
                const value = color[i];
                return sum + part * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
              }, 0);
              const faint = [];
              for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
                if (!own || !element.checkVisibility() || element.matches(':disabled, .sr-only, .sr-only *, script, style')) {
                  continue;
                }
                const style = getComputedStyle(element);
                const back = ground(element);
                const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
                const large = parseFloat(style.fontSize) >= 24;
                if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) {
                  faint.push(`${element.tagName}#${element.id}.${element.className} "${element.textContent.trim().slice(0, 30)}" `
                    + ((a + 0.05) / (b + 0.05)).toFixed(2));
                }
              }
              return faint;
            })()""";

    @ParameterizedTest
    @CsvSource({
        "false, en-GB, Duplex console",
        "true, en-GB, Duplex console",
        "false, 'zh-CN,zh', Duplex 控制台",
        "true, 'zh-CN,zh', Duplex 控制台"
    })
    void canBeReadInTheDarkAndInTheLight(boolean dark, String languages, String title, Browser browser) {
        Page page = browser.window().dark(dark).languages(languages).go(serve.page("/"));
        assertThat(page.text("document.title")).isEqualTo(title);
        connect(page);
        page.fill("#input", "{\"a\": 1}").click("#send");
        page.waitUntil("document.querySelectorAll('#log .row:not([data-dir=info])').length === 2");
        page.click("#log .row:last-child").waitUntil("document.querySelector('#log [aria-selected=true]')");
        page.click("#disconnect").waitUntil("document.querySelector('#log .row[data-type=close]')");
        page.size(1280, 900);
        page.screenshot(Path.of("target/screenshots/serve-console-" + (dark ? "dark" : "light") + "-"
                + languages.substring(0, 2) + ".png"));
        double ground = page.evaluate("""
                (() => {
                  const paint = document.createElement('canvas').getContext('2d');
                  paint.fillStyle = getComputedStyle(document.body).backgroundColor;
                  paint.fillRect(0, 0, 1, 1);
                  return paint.getImageData(0, 0, 1, 1).data[1];
                })()""").asDouble();
        assertThat(ground < 128).as("green of the background: " + ground).isEqualTo(dark);
        assertThat(page.texts(TOO_FAINT)).isEmpty();
        assertThat(page.problems()).isEmpty();
    }
}
