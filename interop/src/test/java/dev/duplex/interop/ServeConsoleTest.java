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
}
