package dev.duplex.cli.connect.terminal;

import org.jline.utils.AttributedStyle;

/**
 * How things look. Of the sixteen colours only those that can be read on a light ground and on a dark one; everything
 * else is done with bold and faint.
 *
 * @param coloured whether there is any style at all (NO_COLOR)
 */
record Theme(boolean coloured) {
    private AttributedStyle of(AttributedStyle style) {
        return coloured ? style : AttributedStyle.DEFAULT;
    }

    private AttributedStyle colour(int colour) {
        return of(AttributedStyle.DEFAULT.foreground(colour));
    }

    AttributedStyle plain() {
        return AttributedStyle.DEFAULT;
    }

    AttributedStyle sent() {
        return of(AttributedStyle.BOLD.foreground(AttributedStyle.GREEN));
    }

    AttributedStyle received() {
        return of(AttributedStyle.BOLD.foreground(AttributedStyle.MAGENTA));
    }

    /** What we say ourselves. */
    AttributedStyle note() {
        return colour(AttributedStyle.CYAN);
    }

    AttributedStyle problem() {
        return colour(AttributedStyle.RED);
    }

    AttributedStyle aside() {
        return of(AttributedStyle.DEFAULT.faint());
    }

    /** What explains a line of the wire. */
    AttributedStyle remark() {
        return of(AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN).faint());
    }

    /** A character that is shown by its number. */
    AttributedStyle escaped() {
        return of(AttributedStyle.DEFAULT.foreground(AttributedStyle.RED).underline());
    }

    AttributedStyle command() {
        return of(AttributedStyle.BOLD.foreground(AttributedStyle.CYAN));
    }

    AttributedStyle key() {
        return of(AttributedStyle.BOLD);
    }

    AttributedStyle string() {
        return colour(AttributedStyle.GREEN);
    }

    AttributedStyle number() {
        return colour(AttributedStyle.CYAN);
    }

    /** true, false and null. */
    AttributedStyle literal() {
        return colour(AttributedStyle.MAGENTA);
    }
}
