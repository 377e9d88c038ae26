package dev.duplex.server.internal;

/** A peer's text made fit for messages, logs and response bodies; and letters compared as HTTP compares them. */
public final class Text {
    /** How much of a peer's text is repeated in a message. */
    private static final int QUOTE_LIMIT = 80;

    private static final String SYMBOLS_OF_TOKENS = "!#$%&'*+-.^_`|~";

    private Text() {}

    /** In double quotes, at most 80 characters of it, everything but printable US-ASCII escaped. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int shown = Math.min(text.length(), QUOTE_LIMIT);
        for (int i = 0; i < shown; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7F) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        quoted.append('"');
        if (shown < text.length()) {
            quoted.append(" and ").append(text.length() - shown).append(" more characters");
        }
        return quoted.toString();
    }

    /** {@code token} of RFC 9110 §5.6.2. */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && SYMBOLS_OF_TOKENS.indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** The text without spaces and tabs at its ends (RFC 9110 §5.6.3). */
    public static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpaceOrTab(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpaceOrTab(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isSpaceOrTab(char c) {
        return c == ' ' || c == '\t';
    }

    /** The text with its US-ASCII letters in lower case, and no other letter changed. */
    public static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        return lower.toString();
    }
}
