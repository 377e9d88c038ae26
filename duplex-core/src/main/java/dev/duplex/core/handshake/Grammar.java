package dev.duplex.core.handshake;

import java.util.List;

/** The few rules of RFC 9110 §5 that the handshake is written in, each a single pass over its input. */
final class Grammar {
    /** How much of a peer's text is repeated in a message. */
    private static final int QUOTE_LIMIT = 60;

    private static final String SYMBOLS_OF_TOKENS = "!#$%&'*+-.^_`|~";

    private Grammar() {}

    /** {@code tchar} of RFC 9110 §5.6.2. */
    static boolean isTokenChar(char c) {
        return isAlpha(c) || isDigit(c) || SYMBOLS_OF_TOKENS.indexOf(c) >= 0;
    }

    /** {@code token = 1*tchar} of RFC 9110 §5.6.2. */
    static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenChar(text.charAt(i))) {
                return false;
            }
        }
        return text.length() > 0;
    }

    static boolean isAlpha(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isHexDigit(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    /** {@code OWS} of RFC 9110 §5.6.3 is made of spaces and tabs, and of nothing else. */
    static boolean isOptionalWhitespace(char c) {
        return c == ' ' || c == '\t';
    }

    /** {@code field-content} of RFC 9110 §5.5 with whitespace: visible, space, tab, and {@code obs-text} up to 0xFF. */
    static boolean isFieldValueChar(char c) {
        return c == '\t' || (c >= 0x20 && c <= 0x7E) || (c >= 0x80 && c <= 0xFF);
    }

    /** Visible US-ASCII, what a request target is made of (RFC 9112 §3.2). */
    static boolean isVisible(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= 0x20 || text.charAt(i) >= 0x7F) {
                return false;
            }
        }
        return true;
    }

    /**
     * Equality without regard to the case of US-ASCII letters. {@link String#equalsIgnoreCase} folds all of Unicode,
     * so that a long s or a Kelvin sign would pass for the letters of "websocket".
     */
    static boolean equalsIgnoreCase(CharSequence a, CharSequence b) {
        if (a.length() != b.length()) {
            return false;
        }
        for (int i = 0; i < a.length(); i++) {
            if (lowerCase(a.charAt(i)) != lowerCase(b.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean containsIgnoreCase(List<String> texts, String wanted) {
        return texts.stream().anyMatch(text -> equalsIgnoreCase(text, wanted));
    }

    /** The text with its US-ASCII letters in lower case. */
    static String lowerCase(CharSequence text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            lower.append(lowerCase(text.charAt(i)));
        }
        return lower.toString();
    }

    private static char lowerCase(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    /** The text without leading and trailing spaces and tabs (RFC 9110 §5.5). */
    static String trim(CharSequence text) {
        return trim(text, 0, text.length());
    }

    private static String trim(CharSequence text, int start, int end) {
        int from = start;
        int to = end;
        while (from < to && isOptionalWhitespace(text.charAt(from))) {
            from++;
        }
        while (to > from && isOptionalWhitespace(text.charAt(to - 1))) {
            to--;
        }
        return text.subSequence(from, to).toString();
    }

    /** Appends the elements of a comma-separated list to {@code into}; empty ones do not count (RFC 9110 §5.6.1.2). */
    static void splitList(CharSequence value, List<String> into) {
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || value.charAt(i) == ',') {
                String element = trim(value, start, i);
                if (!element.isEmpty()) {
                    into.add(element);
                }
                start = i + 1;
            }
        }
    }

    /**
     * A peer's text made fit for messages, logs and response bodies: in double quotes, at most 60 characters of it,
     * everything but visible US-ASCII and the space escaped.
     */
    static String quote(String text) {
        return quote(text, QUOTE_LIMIT);
    }

    /** As {@link #quote(String)}, with at most {@code limit} characters. */
    static String quote(String text, int limit) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), limit); i++) {
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
        if (text.length() > limit) {
            quoted.append(" and ").append(text.length() - limit).append(" more characters");
        }
        return quoted.toString();
    }
}
