package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jline.utils.AttributedString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapesTest {
    private final Escapes escapes = new Escapes(new Theme(false));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                // Erases the screen; sets the title; writes to the clipboard; the same by C1.
                "|\u001b[2J|, |\\e[2J|",
                "|\u001b]0;you\u0007|, |\\e]0;you\\x07|",
                "|\u001b]52;c;aGk=\u001b\\|, |\\e]52;c;aGk=\\e\\|",
                "|\u009b2J\u009d0;you\u009c|, |\\x9b2J\\x9d0;you\\x9c|",
                "|safe\rover|, |safe\\rover|",
                "|two\nlines|, |two\\nlines|",
                "|a\u0008b\u007fc\u0000|, |a\\x08b\\x7fc\\x00|",
                // Shows what follows in another order (the Trojan Source of CVE-2021-42574).
                "|\u202egnp.exe\u2069|, |\\u{202e}gnp.exe\\u{2069}|",
                "|\u2028\ufeff\ud800|, |\\u{2028}\\u{feff}\\u{d800}|",
                "|你好 é 👨\u200d👩\u200d👧 a\u0301|, |你好 é 👨\u200d👩\u200d👧 a\u0301|"
            })
    void showsByItsNumberWhatATerminalObeys(String text, String shown) {
        assertThat(escapes.shown(text)).hasToString(shown);
    }

    @Property(tries = 300)
    void letsNothingThroughThatATerminalObeys(@ForAll String text) {
        AttributedString shown = new Escapes(new Theme(true)).shown(text + "\u001b[31m" + text);
        assertThat(shown.toString().codePoints()).noneMatch(Escapes::isObeyed);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {"|a\tb|, |a       b|", "|你\tb|, |你      b|", "|\t|, |        |"})
    void goesToTheNextStopForATab(String text, String shown) {
        assertThat(escapes.shown(text)).hasToString(shown);
    }
}
